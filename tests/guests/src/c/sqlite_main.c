// SPDX-License-Identifier: Apache-2.0
// Runs the SQL on stdin on the database file named, or in memory, and prints the rows.
#include <stdio.h>
#include <stdlib.h>

#include "sqlite3.h"

static char* read_stdin(void) {
  size_t size = 0, room = 4096;
  char* text = malloc(room);
  for (size_t got; (got = fread(text + size, 1, room - size - 1, stdin)) > 0;) {
    size += got;
    if (size + 1 == room) {
      room *= 2;
      text = realloc(text, room);
    }
  }
  text[size] = '\0';
  return text;
}

static void print_row(sqlite3_stmt* statement) {
  for (int i = 0; i < sqlite3_column_count(statement); ++i) {
    const unsigned char* text = sqlite3_column_text(statement, i);
    printf("%s%s", i ? "\t" : "", text ? (const char*)text : "(null)");
  }
  puts("");
}

static int run_all(sqlite3* db, const char* sql) {
  while (*sql) {
    sqlite3_stmt* statement = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &statement, &sql);
    while (code == SQLITE_OK && statement && (code = sqlite3_step(statement)) == SQLITE_ROW) {
      print_row(statement);
      code = SQLITE_OK;
    }
    sqlite3_finalize(statement);
    if (code != SQLITE_OK && code != SQLITE_DONE) {
      printf("error: %s\n", sqlite3_errmsg(db));
      return 1;
    }
  }
  return 0;
}

int main(int argc, char** argv) {
  sqlite3* db;
  if (sqlite3_open(argc > 1 ? argv[1] : ":memory:", &db) != SQLITE_OK) {
    printf("error: %s\n", sqlite3_errmsg(db));
    return 1;
  }
  char* sql = read_stdin();
  int code = run_all(db, sql);
  free(sql);
  return sqlite3_close(db) != SQLITE_OK || code;
}
