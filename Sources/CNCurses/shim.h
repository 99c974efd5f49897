// ncurses with wide characters, and constants for the macros that Swift cannot import.
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
static inline int nc_key_f(int n) { return KEY_F(n); }
