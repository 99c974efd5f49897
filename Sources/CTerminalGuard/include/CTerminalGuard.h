// Gives the terminal back when the process dies of a fatal signal, and turns signals into bytes on a pipe.
#pragma once
