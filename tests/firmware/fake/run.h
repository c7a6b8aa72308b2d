/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One run of the loader, from efi_main() to its end, in a process of its own: what goes wrong in it
 * takes nothing else along, and the next run starts from a clean machine.
 */
#pragma once

#include "tests/firmware/fake/ledger.h"

/* How a run ends. */
enum ending {
    ENDING_NONE, /* it crashed, or hung */
    ENDING_BOOT, /* the hand-over was entered */
    ENDING_SUCCESS,
    ENDING_ERROR,
    ENDING_RESET,
    ENDING_SETUP,   /* a reset, into the firmware's set-up */
    ENDING_WAITING, /* for a key that nobody presses */
    ENDING_ANY,     /* in a scenario: a boot, or an error with a message */
};

/* For `also` below: these are endings that a user of a broken machine can live with. */
#define ALSO(ending) (1u << (ending))

/* A situation that the loader is started in, and how that is to end when nothing else happens. */
struct scenario {
    const char *name;
    void (*prepare)(uint64_t seed); /* sets up machine, files, options and what is expected */
    enum ending ending;
    const char *says;    /* part of what is printed; NULL for no matter what */
    void (*check)(void); /* what else must be true in the end; NULL for nothing */
    call_hook *hook;     /* NULL for none */
    uint64_t seeds;      /* so many variants; 0 for one */
    bool faults;         /* every call of it is made to fail */
    enum service from;   /* from the first one of this service on: what is before fails elsewhere */
    bool thorough;       /* it takes so long that it is not always run */
    unsigned also;       /* endings, by ALSO(), that a failing call may lead to as well */
    EFI_STATUS answer;   /* but not with this: here it is an answer, and a lie */
};

/* From the menu's timer on: what is called before it fails in menu-second. */
#define MENU_FAULTS .faults = true, .from = SERVICE_CREATE_EVENT

struct run {
    const struct scenario *scenario;
    uint64_t seed;
    struct fault fault;
    size_t short_read; /* the read, counted from 1, that gives too little; 0 for none */
};

#define TRACE_LENGTH 64
#define SAID_SIZE    65536

/* What is known of a run when it has ended; the run writes it, the test program reads it. */
struct run_result {
    enum ending ending;
    EFI_STATUS status;
    size_t calls;
    size_t reads;                /* of files */
    size_t first[SERVICE_COUNT]; /* call of each service; 0 for none */
    enum service failed;         /* the one that was made to fail */
    uint8_t trace[TRACE_LENGTH];
    char failure[1000]; /* what is wrong with the loader; "" for nothing */
    bool finished;
    size_t said_length;
    char said[SAID_SIZE]; /* on the console, in UTF-8; the last member: nobody clears all of it */
};

/* For the run itself. */
void run_execute(const struct run *run, struct run_result *result) __attribute__((noreturn));
void run_trace(enum service service, size_t call);
void run_say(const char *text);
const char *run_said(void);

/* How the run is to end, where the scenario does not know it beforehand. */
void run_expect(enum ending ending);

/* True when the run has no fault but the scenario's own. */
bool run_is_plain(void);

/* Ends the run when the test itself is at a loss. */
#define require(condition)                                                                         \
    do {                                                                                           \
        if (!(condition))                                                                          \
            run_fail("the test is wrong: %s:%d: %s", __FILE__, __LINE__, #condition);              \
    } while (0)

/* Ends the run: the loader did something wrong. */
void run_fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Ends the run: the loader has come to an end, which is now judged. */
void run_end(enum ending ending, EFI_STATUS status) __attribute__((noreturn));
