// What the descriptors of this library know of each other.
#pragma once

/// The highest descriptor that the program was given by its parent and passes on; INT_MAX while that is not known.
extern int highest_inherited_descriptor;
