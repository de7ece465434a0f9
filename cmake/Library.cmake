# SPDX-License-Identifier: Apache-2.0
# The public library: libzhan.so and libzhan.a from the objects of all layers, headers, CMake
# package, pkg-config.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

file(GLOB zhan_capi_sources CONFIGURE_DEPENDS src/capi/*.cpp)
file(GLOB zhan_public_headers CONFIGURE_DEPENDS include/zhan/*)
if(NOT zhan_capi_sources)
  return()
endif()
if(TARGET zhan-capi)
  target_include_directories(zhan-capi PUBLIC ${CMAKE_SOURCE_DIR}/include)
endif()

get_property(zhan_objects GLOBAL PROPERTY zhan_objects)
set(zhan_map ${CMAKE_SOURCE_DIR}/src/capi/libzhan.map)

add_library(libzhan SHARED ${zhan_objects})
set_target_properties(libzhan PROPERTIES OUTPUT_NAME zhan EXPORT_NAME zhan LINKER_LANGUAGE CXX
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR} LINK_DEPENDS ${zhan_map})
# nodelete: signal handlers, cells and thread-local state outlive any dlclose.
target_link_options(libzhan PRIVATE -Wl,-z,nodelete -Wl,--version-script=${zhan_map})
if(zhan_has_lld)
  # Bounds of the section of handlers, which are nobody else's business.
  target_link_options(libzhan PRIVATE -Wl,-z,start-stop-visibility=hidden)
endif()
if(NOT ZHAN_SANITIZE AND NOT ZHAN_FUZZ)
  # The unwinder must be the process's one: an exception of a callback comes from the program's.
  target_link_options(libzhan PRIVATE -static-libstdc++ -Wl,-z,defs)
endif()

add_library(libzhan-static STATIC ${zhan_objects})
set_target_properties(libzhan-static PROPERTIES
  OUTPUT_NAME zhan EXPORT_NAME zhan-static LINKER_LANGUAGE CXX)

foreach(target IN ITEMS libzhan libzhan-static)
  target_include_directories(${target} INTERFACE
    $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(${target} PRIVATE
    $<BUILD_INTERFACE:zhan-flags> $<BUILD_INTERFACE:Threads::Threads>)
endforeach()
target_link_libraries(libzhan-static INTERFACE $<INSTALL_INTERFACE:pthread>)
add_library(zhan::zhan ALIAS libzhan)
add_library(zhan::zhan-static ALIAS libzhan-static)

install(TARGETS libzhan libzhan-static EXPORT zhan-targets)
install(FILES ${zhan_public_headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/zhan)
install(EXPORT zhan-targets NAMESPACE zhan:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/zhan)
configure_package_config_file(cmake/zhanConfig.cmake.in ${CMAKE_BINARY_DIR}/zhanConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/zhan)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/zhanConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/zhanConfig.cmake ${CMAKE_BINARY_DIR}/zhanConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/zhan)
file(RELATIVE_PATH zhan_pc_to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/zhan.pc.in ${CMAKE_BINARY_DIR}/zhan.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/zhan.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
