// SPDX-License-Identifier: Apache-2.0
// Runs a Lua script; its errors are longjmp inside, which here is an exception of wasm.
#include <stdio.h>

#include "lauxlib.h"
#include "lua.h"
#include "lualib.h"

// What Lua's library asks of the system and WASI has not.
int system(const char* command) { return command == NULL ? 0 : -1; }
FILE* tmpfile(void) { return NULL; }
char* tmpnam(char* name) { return NULL; }

static int with_traceback(lua_State* lua) {
  luaL_traceback(lua, lua, luaL_tolstring(lua, 1, NULL), 1);
  return 1;
}

int main(int argc, char** argv) {
  lua_State* const lua = luaL_newstate();
  if (argc != 2 || lua == NULL) return 2;
  luaL_openlibs(lua);
  lua_pushcfunction(lua, with_traceback);
  const int failed = luaL_loadfile(lua, argv[1]) != LUA_OK || lua_pcall(lua, 0, 0, 1) != LUA_OK;
  if (failed) printf("failed: %s\n", lua_tostring(lua, -1));
  lua_close(lua);
  return failed ? 3 : 0;
}
