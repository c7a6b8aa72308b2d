/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs of the loader, from efi_main() to its end. Each starts with a new machine, and a crash ends
 * only the process that it is in.
 */
#pragma once

#include "tests/firmware/fake/ledger.h"

/* How a run ends. */
enum ending {
    ENDING_NONE, /* it crashed or hung */
    ENDING_BOOT, /* the trampoline was entered */
    ENDING_SUCCESS,
    ENDING_ERROR,
    ENDING_RESET,
    ENDING_RESTART, /* a reset that was asked for */
    ENDING_POWER_OFF,
    ENDING_SETUP,        /* a reset into the firmware's setup */
    ENDING_ENROLLED,     /* a reset with a new platform key, */
    ENDING_ENROLLED_OFF, /* or the machine is turned off with it */
    ENDING_WAITING,      /* for a key that is never pressed */
    ENDING_ANY,          /* in a scenario: a boot, or an error with a message */
    ENDING_REPORT,       /* in a scenario: a boot, a success, or an error with a message */
};

/* For `also` below: endings that are acceptable on a broken machine. */
#define ALSO(ending) (1u << (ending))

/* A situation that the loader is started in, and how the run must end without failing calls. */
struct scenario {
    const char *name;
    void (*prepare)(uint64_t seed); /* sets up machine, files, options and expectations */
    enum ending ending;
    const char *says;    /* must be part of the output; may be NULL */
    void (*check)(void); /* further checks at the end; may be NULL */
    call_hook *hook;     /* NULL for none */
    uint64_t seeds;      /* number of variants; 0 for one */
    bool faults;         /* it is repeated with every call made to fail */
    enum service from;   /* only calls from the first one of this service on */
    bool thorough;       /* only run with --thorough, since it takes long */
    unsigned also;       /* other endings, by ALSO(), allowed when a call fails */
    unsigned lasts;      /* milliseconds that it takes on the machine's clock, or 0: who knows */
    EFI_STATUS answer;   /* a status that calls do not fail with: it would be a wrong answer */
    EFI_STATUS (*start)(EFI_HANDLE, EFI_SYSTEM_TABLE *); /* instead of efi_main(), or NULL */
};

/* Calls from the menu's timer on: earlier ones are made to fail in menu-second. */
#define MENU_FAULTS .faults = true, .from = SERVICE_CREATE_EVENT

struct run {
    const struct scenario *scenario;
    uint64_t seed;
    struct fault fault;
    size_t short_read; /* the read that returns too little, counted from 1; 0 for none */
};

#define TRACE_LENGTH 64
#define SAID_SIZE    65536

/* The result of a run: written by the run, read by the test program. */
struct run_result {
    enum ending ending;
    EFI_STATUS status;
    size_t calls;
    size_t reads;                /* of files */
    uint64_t lasted;             /* milliseconds on the machine's clock */
    size_t first[SERVICE_COUNT]; /* first call of each service; 0 for none */
    enum service failed;         /* the service that was made to fail */
    uint8_t trace[TRACE_LENGTH];
    char failure[4000]; /* what the loader did wrong; "" for nothing */
    bool finished;
    bool marked;
    size_t said_length;
    char said[SAID_SIZE]; /* on the console, in UTF-8; the last member: nobody clears all of it */
};

/* Executes runs one after another, and ends this process. */
void run_execute(const struct run *runs, size_t count, struct run_result *results)
    __attribute__((noreturn));
void run_trace(enum service service, size_t call);
void run_say(const char *text);
void run_unsay(char character); /* if it is the last one: another takes its place */
const char *run_said(void);
EFI_STATUS run_status(void); /* that the loader has returned */

/* Notes that a function was called; `make mutate` puts that into the functions that it changes. */
void run_mark(void);

/* Sets how the run must end, for scenarios that only know it at run time. */
void run_expect(enum ending ending);

/* Fails a run without faults unless it has taken so many milliseconds on the machine's clock. */
void run_check_time(uint64_t expected);

/* True when the run has no faults but those of its scenario. */
bool run_is_plain(void);

/* Ends the run with a failure of the test itself. */
#define require(condition)                                                                         \
    do {                                                                                           \
        if (!(condition))                                                                          \
            run_fail("the test is wrong: %s:%d: %s", __FILE__, __LINE__, #condition);              \
    } while (0)

/* Ends the run with a failure: the loader did something wrong. */
void run_fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Ends the run when the loader has ended, and checks the ending. */
void run_end(enum ending ending, EFI_STATUS status) __attribute__((noreturn));
