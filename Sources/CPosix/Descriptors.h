// What the files of this library share about descriptors.
#pragma once

/// The highest descriptor that the program inherited and passes on; INT_MAX while it is not known.
extern int highest_inherited_descriptor;

/// Gives a child the inherited limit of descriptors, if the program has raised its own.
void restore_descriptor_limit(void);
