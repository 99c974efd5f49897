// ncurses with wide characters, and constants and functions for the macros that Swift cannot import.
#pragma once
#define _XOPEN_SOURCE_EXTENDED 1
#define NCURSES_NOMACROS 1
#include <locale.h>
#include <wchar.h>
#include <stdio.h>
#include <ncurses.h>
#include <term.h>

static const attr_t NC_BOLD = A_BOLD, NC_DIM = A_DIM, NC_REVERSE = A_REVERSE, NC_UNDERLINE = A_UNDERLINE,
                    NC_ITALIC = A_ITALIC;
static inline WINDOW *nc_stdscr(void) { return stdscr; }
static inline int nc_lines(void) { return LINES; }
static inline int nc_cols(void) { return COLS; }
static inline int nc_colors(void) { return COLORS; }

/// Makes a cell of up to five wide characters ending with 0, attributes, and a colour pair of any number.
static inline void nc_cell(cchar_t *cell, const wchar_t *text, attr_t attributes, int pair) {
  setcchar(cell, text, attributes, (short)(pair > 32767 ? 32767 : pair), &pair);
}
/// Makes a cell of a single character, which is the common case, without an array from the caller.
static inline void nc_cell_of(cchar_t *cell, wchar_t character, attr_t attributes, int pair) {
  wchar_t text[2] = {character, 0};
  nc_cell(cell, text, attributes, pair);
}
/// Returns the colour pair of a cell, which may have any number.
static inline int nc_cell_pair(const cchar_t *cell, wchar_t *text, attr_t *attributes) {
  short pair = 0;
  int wide_pair = 0;
  getcchar(cell, text, attributes, &pair, &wide_pair);
  return wide_pair;
}
/// Returns a string capability; NULL if the terminal does not have it.
static inline const char *nc_capability(const char *name) {
  const char *value = tigetstr((char *)name);
  return value == (char *)-1 ? NULL : value;
}
/// Returns the columns that a character takes according to the C library; -1 if it does not know.
static inline int nc_width(wchar_t character) {
  extern int wcwidth(wchar_t);
  return wcwidth(character);
}
