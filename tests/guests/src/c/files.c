// SPDX-License-Identifier: Apache-2.0
// Works on files below the current directory: creates, appends, seeks, renames,
// lists and removes, and shows that nothing outside can be opened.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void say(const char* what, int result) {
  printf("%-16s %s\n", what, result < 0 ? strerror(errno) : "ok");
}

static void write_lines(const char* name, const char* mode, int from, int to) {
  FILE* file = fopen(name, mode);
  if (!file) {
    printf("cannot open %s: %s\n", name, strerror(errno));
    exit(1);
  }
  for (int i = from; i < to; ++i) {
    fprintf(file, "line %04d of %s\n", i, name);
  }
  fclose(file);
}

static void show_at(const char* name, long offset) {
  char text[32] = "";
  FILE* file = fopen(name, "rb");
  if (!file || fseek(file, offset, SEEK_SET) != 0 || !fgets(text, sizeof text, file)) {
    printf("cannot read %s at %ld: %s\n", name, offset, strerror(errno));
  } else {
    printf("%s at %ld: %s", name, ftell(file) - (long)strlen(text), text);
  }
  if (file) {
    fclose(file);
  }
}

static int by_name(const void* a, const void* b) { return strcmp(a, b); }

static void list(const char* folder) {
  char names[32][64];
  int count = 0;
  DIR* dir = opendir(folder);
  for (struct dirent* entry; dir && (entry = readdir(dir)) && count < 32;) {
    if (entry->d_name[0] != '.') {
      snprintf(names[count++], sizeof names[0], "%.63s", entry->d_name);
    }
  }
  if (dir) {
    closedir(dir);
  }
  qsort(names, (size_t)count, sizeof names[0], by_name);
  printf("%s has", folder);
  for (int i = 0; i < count; ++i) {
    printf(" %s", names[i]);
  }
  puts("");
}

static void show_size(const char* name) {
  struct stat status;
  if (stat(name, &status) < 0) {
    printf("%s: %s\n", name, strerror(errno));
  } else {
    printf("%s: %lld bytes, %s\n", name, (long long)status.st_size,
           S_ISDIR(status.st_mode) ? "a directory" : "a file");
  }
}

static void try_outside(const char* name) {
  int fd = open(name, O_RDONLY);
  printf("open %s: %s\n", name, fd < 0 ? "refused" : "OPENED");
  if (fd >= 0) {
    close(fd);
  }
}

int main(void) {
  say("mkdir", mkdir("sub", 0777));
  say("mkdir again", mkdir("sub", 0777));
  write_lines("sub/a.txt", "w", 0, 100);
  write_lines("sub/a.txt", "a", 100, 150);
  show_size("sub/a.txt");
  show_at("sub/a.txt", 23 * 120);
  say("rename", rename("sub/a.txt", "sub/b.txt"));
  show_size("sub/a.txt");
  say("truncate", truncate("sub/b.txt", 46));
  show_size("sub/b.txt");
  say("symlink", symlink("b.txt", "sub/link"));
  show_at("sub/link", 23);
  // Making such a link may be refused or not; following it must be.
  int made = symlink("../../../../etc/passwd", "sub/escape");
  try_outside("sub/escape");
  try_outside("../secret.txt");
  try_outside("sub/../../secret.txt");
  try_outside("/etc/passwd");
  if (made == 0) {
    unlink("sub/escape");
  }
  list("sub");
  say("rmdir full", rmdir("sub"));
  say("unlink", unlink("sub/link"));
  say("unlink", unlink("sub/b.txt"));
  say("unlink missing", unlink("sub/b.txt"));
  say("rmdir", rmdir("sub"));
  show_size("sub");
  return 0;
}
