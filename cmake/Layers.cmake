# SPDX-License-Identifier: Apache-2.0
# zhan_layer(NAME DEPS...): the library zhan-NAME from src/NAME. An empty or absent folder is an
# INTERFACE library, so a room can be furnished without touching CMake.

# The cold files of hot layers, which are compiled for size.
set(zhan_cold_wasm sem_evaluate traps types writer)
set(zhan_cold_binary decode decode_externs decode_items decode_segments encode encode_externs encode_types)
set(zhan_cold_validate continuations errors messages module references types)
set(zhan_cold_heap verify)
set(zhan_cold_runtime atomic_wait backtrace code const_expr exceptions instance instantiate link
    memory memory_image plan pool requests reset_costs store)
set(zhan_cold_interp canonical catch_rows cell_writer key_text list_cells operand_stack predecode
    predecode_calls predecode_continuations predecode_control predecode_exceptions predecode_far
    predecode_gc predecode_memory predecode_values table)

function(zhan_layer name)
  set(dir ${CMAKE_SOURCE_DIR}/src/${name})
  file(GLOB sources CONFIGURE_DEPENDS ${dir}/*.cpp ${dir}/*.c ${dir}/*.S)
  set(target zhan-${name})
  if(sources)
    add_library(${target} STATIC ${sources})
    set(scope PUBLIC)
    set_property(GLOBAL APPEND PROPERTY zhan_objects $<TARGET_OBJECTS:${target}>)
    if(name STREQUAL "capi")
      target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fexceptions -fno-rtti>)
    else()
      target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions -fno-rtti>)
    endif()
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:C,CXX>:-fno-stack-protector>)
    if(name STREQUAL "base")
      # Code with exceptions (tests, tools) needs the type information of fmt::format_error.
      set_property(SOURCE ${dir}/fmt_library.cpp APPEND PROPERTY
        COMPILE_OPTIONS -fexceptions -frtti)
    endif()
    if(name MATCHES "^(base|text|engine|wasi|capi|module|os)$" AND CMAKE_BUILD_TYPE STREQUAL "Release")
      target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-Os>)  # never hot: small
    endif()
    if(CMAKE_BUILD_TYPE STREQUAL "Release")
      foreach(file IN LISTS zhan_cold_${name})
        set_property(SOURCE ${dir}/${file}.cpp APPEND PROPERTY COMPILE_OPTIONS -Os)
      endforeach()
    endif()
    if(name STREQUAL "wasm")
      # The meanings of instructions allocate nothing and call nothing: no unwinder comes by.
      set_property(SOURCE ${dir}/sem_evaluate.cpp APPEND PROPERTY COMPILE_OPTIONS
        -fno-asynchronous-unwind-tables -fno-unwind-tables)
    endif()
    if(name STREQUAL "interp")
      zhan_interpreter_flags(${target} "${sources}")
    endif()
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(${target} ${scope} ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(${target} ${scope} zhan-flags Threads::Threads)
  foreach(dep IN LISTS ARGN)
    if(TARGET zhan-${dep})
      target_link_libraries(${target} ${scope} zhan-${dep})
    endif()
  endforeach()
  set_property(GLOBAL APPEND PROPERTY zhan_layers ${target})
endfunction()

# A handler has no prologue: no frame pointer, no canary, no landing pad, no instrumentation, and is
# optimised in every build (without it a musttail chain of a debug build spills everything at each
# cell).
function(zhan_interpreter_flags target sources)
  target_compile_options(${target} PRIVATE
    $<$<COMPILE_LANGUAGE:CXX>:-fomit-frame-pointer> $<$<COMPILE_LANGUAGE:CXX>:-fno-lto>)
  # Nothing unwinds through a handler: no tables for thousands of them.
  # Alignment makes no difference to them that could be measured; bytes count.
  set(no_tables -fno-asynchronous-unwind-tables -fno-unwind-tables -falign-functions=4)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fcf-protection=none>)
  endif()
  set(handlers ${sources})
  list(FILTER handlers INCLUDE REGEX "/handlers_[^/]*\\.cpp$")
  if(CMAKE_BUILD_TYPE MATCHES "^(Release|RelWithDebInfo|MinSizeRel)$")
    set(options -O2)
  else()
    set(options -O1)
  endif()
  if(ZHAN_SANITIZE AND NOT "thread" IN_LIST ZHAN_SANITIZE)
    list(APPEND options -fno-sanitize=all)
  endif()
  if(handlers)
    set_property(SOURCE ${handlers} APPEND PROPERTY COMPILE_OPTIONS ${options} ${no_tables})
  endif()
endfunction()

# src/layers.txt is the one list: `name: deps # comment`.
function(zhan_all_layers)
  set(list ${CMAKE_SOURCE_DIR}/src/layers.txt)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${list})
  file(STRINGS ${list} lines REGEX "^[a-z]+:")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE " *#.*$" "" line "${line}")
    string(REGEX MATCH "^[a-z]+" name "${line}")
    string(REGEX REPLACE "^[a-z]+: *" "" deps "${line}")
    separate_arguments(deps)
    zhan_layer(${name} ${deps})
  endforeach()

  add_library(zhan-internal INTERFACE)
  get_property(layers GLOBAL PROPERTY zhan_layers)
  target_link_libraries(zhan-internal INTERFACE ${layers})
  target_include_directories(zhan-internal INTERFACE ${CMAKE_SOURCE_DIR}/include)
endfunction()
