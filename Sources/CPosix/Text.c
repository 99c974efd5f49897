#include "CPosix.h"
#include <string.h>

// The stand-ins U+10FE80 to U+10FEFF: F4 8F, then BA or BB, then the lower six bits.
enum { first = 0xF4, second = 0x8F, lower_third = 0xBA, upper_third = 0xBB, stand_in_length = 4 };

static int is_following(uint8_t byte) { return (byte & 0xC0) == 0x80; }

/// Returns the length in bytes of the valid character that starts here; 0 if there is none.
static size_t character_length(const uint8_t *bytes, size_t count) {
  uint8_t lead = bytes[0];
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4 || count < 2 || !is_following(bytes[1])) return 0;
  if (lead < 0xE0) return 2;
  if (count < 3 || !is_following(bytes[2])) return 0;
  if (lead < 0xF0) {
    if ((lead == 0xE0 && bytes[1] < 0xA0) || (lead == 0xED && bytes[1] > 0x9F)) return 0;
    return 3;
  }
  if (count < 4 || !is_following(bytes[3])) return 0;
  if ((lead == 0xF0 && bytes[1] < 0x90) || (lead == 0xF4 && bytes[1] > 0x8F)) return 0;
  return 4;
}

static int is_stand_in(const uint8_t *bytes, size_t count) {
  return count >= stand_in_length && bytes[0] == first && bytes[1] == second &&
         (bytes[2] == lower_third || bytes[2] == upper_third) && is_following(bytes[3]);
}

static void put_stand_in(uint8_t byte, uint8_t *text) {
  text[0] = first;
  text[1] = second;
  text[2] = byte < 0xC0 ? lower_third : upper_third;
  text[3] = 0x80 | (byte & 0x3F);
}

size_t cposix_text_of_bytes(const uint8_t *bytes, size_t count, uint8_t *text) {
  size_t written = 0;
  for (size_t i = 0; i < count;) {
    size_t length = is_stand_in(bytes + i, count - i) ? 0 : character_length(bytes + i, count - i);
    if (length == 0) {
      put_stand_in(bytes[i++], text + written);
      written += stand_in_length;
    }
    for (; length > 0; --length) text[written++] = bytes[i++];
  }
  return written;
}

size_t cposix_bytes_of_text(const uint8_t *text, size_t count, uint8_t *bytes) {
  size_t written = 0;
  for (size_t i = 0; i < count;) {
    if (is_stand_in(text + i, count - i)) {
      bytes[written++] = 0x80 | (text[i + 2] == upper_third ? 0x40 : 0) | (text[i + 3] & 0x3F);
      i += stand_in_length;
    } else {
      bytes[written++] = text[i++];
    }
  }
  return written;
}

char *cposix_path_of_text(const char *text, char *buffer, size_t size) {
  size_t length = strlen(text);
  if (length >= size) return NULL;
  buffer[cposix_bytes_of_text((const uint8_t *)text, length, (uint8_t *)buffer)] = 0;
  return buffer;
}
