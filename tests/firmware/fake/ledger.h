/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The record of all calls into the firmware: every call is entered here before anything else
 * happens. It counts the calls, makes the selected one fail, and ends the run when a call violates
 * the UEFI specification.
 */
#pragma once

#include "efi/efi.h"

/* Each service, and its name in messages. */
#define SERVICES(X)                                                                                \
    X(RAISE_TPL, "RaiseTPL")                                                                       \
    X(RESTORE_TPL, "RestoreTPL")                                                                   \
    X(ALLOCATE_PAGES, "AllocatePages")                                                             \
    X(FREE_PAGES, "FreePages")                                                                     \
    X(GET_MEMORY_MAP, "GetMemoryMap")                                                              \
    X(ALLOCATE_POOL, "AllocatePool")                                                               \
    X(FREE_POOL, "FreePool")                                                                       \
    X(CREATE_EVENT, "CreateEvent")                                                                 \
    X(SET_TIMER, "SetTimer")                                                                       \
    X(WAIT_FOR_EVENT, "WaitForEvent")                                                              \
    X(SIGNAL_EVENT, "SignalEvent")                                                                 \
    X(CLOSE_EVENT, "CloseEvent")                                                                   \
    X(CHECK_EVENT, "CheckEvent")                                                                   \
    X(INSTALL_PROTOCOL, "InstallProtocolInterface")                                                \
    X(REINSTALL_PROTOCOL, "ReinstallProtocolInterface")                                            \
    X(UNINSTALL_PROTOCOL, "UninstallProtocolInterface")                                            \
    X(HANDLE_PROTOCOL, "HandleProtocol")                                                           \
    X(OPEN_PROTOCOL, "OpenProtocol")                                                               \
    X(CLOSE_PROTOCOL, "CloseProtocol")                                                             \
    X(LOCATE_HANDLE, "LocateHandle")                                                               \
    X(LOCATE_HANDLE_BUFFER, "LocateHandleBuffer")                                                  \
    X(LOCATE_PROTOCOL, "LocateProtocol")                                                           \
    X(LOCATE_DEVICE_PATH, "LocateDevicePath")                                                      \
    X(LOAD_IMAGE, "LoadImage")                                                                     \
    X(START_IMAGE, "StartImage")                                                                   \
    X(UNLOAD_IMAGE, "UnloadImage")                                                                 \
    X(SHIM_LOAD_IMAGE, "shim's LoadImage")                                                         \
    X(SHIM_START_IMAGE, "shim's StartImage")                                                       \
    X(SHIM_UNLOAD_IMAGE, "shim's UnloadImage")                                                     \
    X(SHIM_VERIFY, "shim's Verify")                                                                \
    X(EXIT, "Exit")                                                                                \
    X(EXIT_BOOT_SERVICES, "ExitBootServices")                                                      \
    X(STALL, "Stall")                                                                              \
    X(SET_WATCHDOG_TIMER, "SetWatchdogTimer")                                                      \
    X(CONNECT_CONTROLLER, "ConnectController")                                                     \
    X(GET_VARIABLE, "GetVariable")                                                                 \
    X(SET_VARIABLE, "SetVariable")                                                                 \
    X(NEXT_VARIABLE_NAME, "GetNextVariableName")                                                   \
    X(GET_TIME, "GetTime")                                                                         \
    X(RESET_SYSTEM, "ResetSystem")                                                                 \
    X(OUTPUT_STRING, "OutputString")                                                               \
    X(CONSOLE_MODE, "a function of the text output protocol")                                      \
    X(READ_KEY, "ReadKeyStroke")                                                                   \
    X(OPEN_VOLUME, "OpenVolume")                                                                   \
    X(FILE_OPEN, "File.Open")                                                                      \
    X(FILE_CLOSE, "File.Close")                                                                    \
    X(FILE_DELETE, "File.Delete")                                                                  \
    X(FILE_READ, "File.Read")                                                                      \
    X(FILE_WRITE, "File.Write")                                                                    \
    X(FILE_GET_POSITION, "File.GetPosition")                                                       \
    X(FILE_SET_POSITION, "File.SetPosition")                                                       \
    X(FILE_GET_INFO, "File.GetInfo")                                                               \
    X(FILE_SET_INFO, "File.SetInfo")                                                               \
    X(FILE_FLUSH, "File.Flush")                                                                    \
    X(READ_BLOCKS, "ReadBlocks")                                                                   \
    X(LOAD_FILE, "LoadFile2.LoadFile")                                                             \
    X(MTFTP, "Mtftp")                                                                              \
    X(PXE_PARAMETERS, "PXE's SetParameters")                                                       \
    X(CREATE_CHILD, "CreateChild")                                                                 \
    X(DESTROY_CHILD, "DestroyChild")                                                               \
    X(HTTP_CONFIGURE, "Http.Configure")                                                            \
    X(HTTP_REQUEST, "Http.Request")                                                                \
    X(HTTP_RESPONSE, "Http.Response")                                                              \
    X(HTTP_POLL, "Http.Poll")                                                                      \
    X(HTTP_CANCEL, "Http.Cancel")                                                                  \
    X(IP4_GET_DATA, "Ip4Config2.GetData")                                                          \
    X(IP4_SET_DATA, "Ip4Config2.SetData")                                                          \
    X(GET_CAPABILITY, "GetCapability")                                                             \
    X(GET_EVENT_LOG, "GetEventLog")                                                                \
    X(HASH_LOG_EXTEND_EVENT, "HashLogExtendEvent")                                                 \
    X(MEMORY_ATTRIBUTE, "a function of the memory attribute protocol")

#define SERVICE_NUMBER(name, text) SERVICE_##name,
enum service { SERVICES(SERVICE_NUMBER) SERVICE_COUNT };

const char *service_name(enum service service);

/* The call to fail, counted from 1; 0 for none. */
struct fault {
    size_t call;
    EFI_STATUS status;
    bool lasting; /* the service fails from then on */
};

/* Called before each call of a service; may change the machine. */
typedef void call_hook(enum service service, size_t call);

void ledger_start(struct fault fault, call_hook *hook);

/*
 * Enters a call. When it returns an error, the service must return that at once without doing
 * anything; otherwise it continues.
 */
EFI_STATUS ledger_enter(enum service service);

/* Calls so far. */
size_t ledger_calls(void);

/* The state of boot services. */
enum phase {
    PHASE_RUNNING,
    PHASE_LEAVING, /* ExitBootServices has been tried and has failed */
    PHASE_LEFT,
};
enum phase ledger_phase(void);
void ledger_set_phase(enum phase phase);

/* The clock, in units of 100 ns. Advances with every call, and when the loader waits. */
uint64_t ledger_now(void);
void ledger_advance(uint64_t ticks);
