// What the descriptors of this library know of each other.
#pragma once

/// The highest descriptor that the program was given by its parent and passes on; INT_MAX while that is not known.
extern int highest_inherited_descriptor;

/// Gives a child the limit of descriptors that the program was given, if it has raised its own.
void restore_descriptor_limit(void);
