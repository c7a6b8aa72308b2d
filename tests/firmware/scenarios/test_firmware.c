/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader on a fake firmware. Runs all scenarios, and most of them again with every call made to
 * fail and with every read made too short. `--thorough` takes longer, `--brief` less time;
 * `--plain` only runs the scenarios, without failures; `--marked` only those in which run_mark() is
 * called, with the failures of `--brief`.
 * `--only NAME` runs one scenario. `--run NAME[:SEED] [--fault CALL:STATUS[+]] [--short READ]`
 * repeats one run and prints its output. `--volume FOLDER OPTIONS` runs the loader with these
 * options on a volume with the files of a folder, and prints its output.
 */
#include "tests/firmware/fake/physical.h"
#include "tests/firmware/fake/pristine.h"
#include "tests/firmware/scenarios/host_volume.h"
#include "tests/firmware/scenarios/scenarios.h"
#include "tests/lib/support.h"

#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST_JOBS     8
#define MOST_RUNS     40 /* in a process: memory that they allocate for themselves stays */
#define MOST_FAILURES 20 /* then the tests stop */
#define TRACE_SHOWN   12

static const struct scenario *const all_scenarios[] = {
    addon_scenarios,  automatic_scenarios, boot_scenarios,    contract_scenarios,
    enroll_scenarios, entry_scenarios,     extra_scenarios,   http_scenarios,
    image_scenarios,  keyboard_scenarios,  manager_scenarios, measure_scenarios,
    memory_scenarios, menu_scenarios,      network_scenarios, overlay_scenarios,
    pinned_scenarios, random_scenarios,    real_scenarios,    report_scenarios,
    screen_scenarios, smbios_scenarios,    tpm_scenarios,     trouble_scenarios,
    trust_scenarios,  type2_scenarios,     volume_scenarios};

/* Runs that a process executes one after another. */
struct batch {
    struct run runs[MOST_RUNS];
    size_t count;
};

/* A process that executes runs, and their results. */
struct job {
    pid_t process; /* 0 for a free slot */
    struct batch batch;
    struct run_result *results;
};

/* How many statuses each call fails with once, besides the lasting failure; a brief test has
 * either, a plain one none. */
enum depth { DEPTH_PLAIN, DEPTH_BRIEF, DEPTH_USUAL = 3, DEPTH_THOROUGH = 5 };

static struct {
    const char *program;
    enum depth depth;
    struct job jobs[MOST_JOBS];
    size_t job_count;
    struct batch next; /* to be executed when there are enough of them */
    size_t plain;      /* runs that were then repeated with faults */
    size_t runs, faults, shorts, failures;
    size_t boots, errors; /* among the runs */
    bool only_faults;     /* not what has none */
    bool only_marked;     /* only where run_mark() has been called without one */
    size_t marked;        /* runs without failures */
} tests;

/* ------------------------------------------------------------------------------------------------
 * Reporting failures
 */

static void print_trace(const struct run_result *result)
{
    size_t shown = result->calls < TRACE_SHOWN ? result->calls : TRACE_SHOWN;

    printf("    last calls:");
    for (size_t i = result->calls - shown + 1; i <= result->calls; i++)
        printf(" %s", service_name(result->trace[i % TRACE_LENGTH]));
    printf("\n");
}

static void print_run(const struct run *run)
{
    printf("%s:%llu", run->scenario->name, (unsigned long long)run->seed);
    if (run->fault.call)
        printf(" --fault %zu:%llu%s", run->fault.call,
               (unsigned long long)(run->fault.status & ~EFIERR(0)), run->fault.lasting ? "+" : "");
    if (run->short_read)
        printf(" --short %zu", run->short_read);
}

static void report(const struct run *run, const struct run_result *result, int status)
{
    tests.failures++;
    printf("FAILED: %s", run->scenario->name);
    if (run->fault.call)
        printf(", call %zu (%s) failing", run->fault.call, service_name(result->failed));
    if (result->failure[0])
        printf(": %s\n", result->failure);
    else if (WIFSIGNALED(status))
        printf(": ended by signal %d (%s)\n", WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        printf(": ended with exit status %d; what the sanitizer found is above\n",
               WEXITSTATUS(status));
    print_trace(result);
    printf("    it said: %s\n", result->said_length ? result->said : "nothing");
    printf("    again: %s --run ", tests.program);
    print_run(run);
    printf("\n");
    if (tests.failures >= MOST_FAILURES) {
        printf("that is enough\n");
        exit(1);
    }
}

/* ------------------------------------------------------------------------------------------------
 * Runs, several at a time
 */

/* On the stack, because each run begins with the variables that main() began with. */
static void execute_batch(struct batch batch, struct run_result *results) __attribute__((noreturn));

static void execute_batch(struct batch batch, struct run_result *results)
{
    run_execute(batch.runs, batch.count, results);
}

static void start(struct job *job, const struct batch *batch)
{
    job->batch = *batch;
    for (size_t i = 0; i < batch->count; i++) {
        memset(&job->results[i], 0, offsetof(struct run_result, said) + 1);
        job->results[i].failed = SERVICE_COUNT;
    }
    fflush(stdout);
    job->process = fork();
    if (job->process < 0) {
        perror("fork");
        exit(2);
    }
    if (job->process == 0)
        execute_batch(*batch, job->results);
}

static void judge(const struct run *run, const struct run_result *result, int status)
{
    tests.runs++;
    tests.boots += result->ending == ENDING_BOOT;
    tests.errors += result->ending == ENDING_ERROR;
    if (!result->finished || result->failure[0] || status != 0)
        report(run, result, status);
}

/* The first run that has not come to its end is what has ended the process. */
static size_t count_executed(const struct job *job)
{
    size_t count = 0;

    while (count < job->batch.count && job->results[count].finished)
        count++;
    return count < job->batch.count ? count + 1 : count;
}

/*
 * A process has ended, with a status that is that of the last run it has executed. What it has not
 * executed is left to another one.
 */
static void finish(struct job *job, int status)
{
    size_t executed = count_executed(job);
    struct batch rest = {.count = job->batch.count - executed};

    job->process = 0;
    for (size_t i = 0; i < executed; i++)
        judge(&job->batch.runs[i], &job->results[i], i + 1 == executed ? status : 0);
    memcpy(rest.runs, job->batch.runs + executed, rest.count * sizeof(*rest.runs));
    if (rest.count > 0)
        start(job, &rest);
}

/* Waits for a process to end. False when none is running. */
static bool wait_for_one(void)
{
    int status;
    pid_t process = wait(&status);

    for (size_t i = 0; process > 0 && i < tests.job_count; i++) {
        if (tests.jobs[i].process == process)
            finish(&tests.jobs[i], status);
    }
    return process > 0;
}

/* A slot in which nothing is running. */
static struct job *take_slot(void)
{
    for (;;) {
        for (size_t i = 0; i < tests.job_count; i++) {
            if (!tests.jobs[i].process)
                return &tests.jobs[i];
        }
        (void)wait_for_one();
    }
}

static void start_next(void)
{
    if (tests.next.count > 0)
        start(take_slot(), &tests.next);
    tests.next.count = 0;
}

static void wait_for_all(void)
{
    start_next();
    while (wait_for_one())
        ;
}

/* A run whose result is not waited for. */
static void submit(const struct run *run)
{
    tests.next.runs[tests.next.count++] = *run;
    if (tests.next.count == MOST_RUNS)
        start_next();
}

/* Executes a run in a process of its own and waits. The result is valid until the next run. */
static const struct run_result *execute(const struct run *run)
{
    const struct batch batch = {.runs = {*run}, .count = 1};
    struct job *job = take_slot();

    start(job, &batch);
    while (job->process)
        (void)wait_for_one();
    return job->results;
}

/* ------------------------------------------------------------------------------------------------
 * The runs
 */

/* The statuses that calls fail with. */
static const EFI_STATUS statuses[DEPTH_THOROUGH] = {
    EFI_DEVICE_ERROR,      EFI_OUT_OF_RESOURCES, EFI_NOT_FOUND,
    EFI_INVALID_PARAMETER, EFI_BUFFER_TOO_SMALL,
};

static void run_fault(struct run *run, EFI_STATUS status, bool lasting)
{
    if (status == run->scenario->answer)
        return;
    run->fault.status = status;
    run->fault.lasting = lasting;
    submit(run);
    tests.faults++;
}

/* In a brief test, every other call fails once, the others from there on; the next scenario has it
 * the other way round. */
static bool fails_once(size_t call)
{
    return tests.depth > DEPTH_BRIEF || (call + tests.plain) % 2 == 0;
}

static bool fails_lastingly(size_t call)
{
    return tests.depth > DEPTH_BRIEF || !fails_once(call);
}

static void run_faults(const struct run *plain, const struct run_result *result)
{
    size_t calls = result->calls, reads = result->reads; /* copied: the slot is reused */
    size_t first = max_u64(result->first[plain->scenario->from], 1);
    struct run run = *plain;

    for (run.fault.call = first; run.fault.call <= calls; run.fault.call++) {
        /* Some of the statuses in turn, so that calls common to all scenarios fail with each. */
        for (size_t i = 0; i < tests.depth && fails_once(run.fault.call); i++)
            run_fault(&run, statuses[(run.fault.call + i) % ELEMENTS(statuses)], false);
        if (fails_lastingly(run.fault.call))
            run_fault(&run, EFI_DEVICE_ERROR, true);
    }
    tests.plain++;
    run.fault = (struct fault){0};
    for (run.short_read = 1; run.short_read <= reads; run.short_read++) {
        submit(&run);
        tests.shorts++;
    }
}

static void run_scenario(const struct scenario *scenario)
{
    struct run run = {.scenario = scenario};

    if (scenario->thorough && tests.depth < DEPTH_THOROUGH)
        return;
    for (run.seed = 0; run.seed < max_u64(scenario->seeds, 1); run.seed++) {
        size_t before = tests.failures;
        const struct run_result *result;

        if (!scenario->faults || tests.depth == DEPTH_PLAIN) {
            if (!tests.only_faults)
                submit(&run);
            continue;
        }
        result = execute(&run);
        tests.marked += result->marked;
        if (tests.failures == before && (result->marked || !tests.only_marked))
            run_faults(&run, result);
    }
}

static const struct scenario *find_scenario(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof(all_scenarios) / sizeof(all_scenarios[0]); i++) {
        for (const struct scenario *scenario = all_scenarios[i]; scenario->name; scenario++) {
            if (strlen(scenario->name) == length && memcmp(scenario->name, name, length) == 0)
                return scenario;
        }
    }
    fprintf(stderr, "no scenario %.*s\n", (int)length, name);
    exit(2);
}

static void print_sums(void)
{
    printf(
        "%zu runs (%zu boots, %zu errors), %zu calls failed, %zu reads cut short, %zu failures, ",
        tests.runs, tests.boots, tests.errors, tests.faults, tests.shorts, tests.failures);
}

static int refuse(void)
{
    fputs("Usage: test_firmware [--plain | --brief | --thorough | --marked]\n"
          "       test_firmware --only NAME\n"
          "       test_firmware --run NAME[:SEED] [--fault CALL:STATUS[+]] [--short READ]\n"
          "       test_firmware --volume FOLDER OPTIONS\n",
          stderr);
    return 2;
}

static int run_only(const char *name)
{
    tests.depth = DEPTH_THOROUGH;
    run_scenario(find_scenario(name, strlen(name)));
    wait_for_all();
    print_sums();
    printf("%s\n", name);
    return tests.failures > 0;
}

static int run_one(char **arguments)
{
    struct run run = {0};
    const struct run_result *result;

    for (; arguments[0] && arguments[1]; arguments += 2) {
        char *rest;

        if (strcmp(arguments[0], "--run") == 0) {
            size_t length = strcspn(arguments[1], ":");

            run.scenario = find_scenario(arguments[1], length);
            run.seed = strtoull(arguments[1] + length + (arguments[1][length] != 0), NULL, 0);
        } else if (strcmp(arguments[0], "--fault") == 0) {
            run.fault.call = strtoull(arguments[1], &rest, 0);
            run.fault.status = EFIERR(strtoull(rest + (*rest == ':'), &rest, 0));
            run.fault.lasting = *rest == '+';
        } else if (strcmp(arguments[0], "--short") == 0) {
            run.short_read = strtoull(arguments[1], NULL, 0);
        } else {
            return refuse();
        }
    }
    if (!run.scenario || arguments[0])
        return refuse();
    result = execute(&run);
    if (tests.failures == 0)
        printf("%s\nending %d, status %llu, %zu calls, %zu reads, %llu ms on its clock\n",
               result->said, result->ending, (unsigned long long)(result->status & ~EFIERR(0)),
               result->calls, result->reads, (unsigned long long)result->lasted);
    return tests.failures > 0;
}

static int run_volume(const char *folder, const char *options)
{
    struct run run = {.scenario = host_volume(folder, options)};
    const struct run_result *result = execute(&run);

    if (tests.failures == 0)
        printf("%s\n", result->said);
    return tests.failures > 0 ? 2 : result->ending == ENDING_ERROR;
}

static void run_all(void)
{
    for (size_t i = 0; i < sizeof(all_scenarios) / sizeof(all_scenarios[0]); i++) {
        for (const struct scenario *scenario = all_scenarios[i]; scenario->name; scenario++)
            run_scenario(scenario);
    }
    wait_for_all();
}

static void make_jobs(size_t count)
{
    tests.job_count = count < 1 ? 1 : count > MOST_JOBS ? MOST_JOBS : count;
    for (size_t i = 0; i < tests.job_count; i++) {
        tests.jobs[i].results = mmap(NULL, MOST_RUNS * sizeof(struct run_result),
                                     PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (tests.jobs[i].results == MAP_FAILED) {
            perror("mmap");
            exit(2);
        }
    }
}

/* Called by the address sanitizer: runs end without freeing the test's own memory. */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
    return "detect_leaks=0:allocator_may_return_null=1";
}

/* The processors that this process may use: see taskset(1). */
static size_t count_processors(void)
{
    cpu_set_t set;

    return sched_getaffinity(0, sizeof(set), &set) == 0 ? (size_t)CPU_COUNT(&set) : 1;
}

/* False for another word than one of these. */
static bool find_depth(const char *option, enum depth *ret_depth)
{
    static const struct {
        const char *option;
        enum depth depth;
    } depths[] = {
        {"--plain", DEPTH_PLAIN},
        {"--brief", DEPTH_BRIEF},
        {"--marked", DEPTH_BRIEF},
        {"--thorough", DEPTH_THOROUGH},
    };

    *ret_depth = DEPTH_USUAL;
    for (size_t i = 0; option && i < ELEMENTS(depths); i++) {
        *ret_depth = depths[i].depth;
        if (strcmp(depths[i].option, option) == 0)
            return true;
    }
    return !option;
}

int main(int count, char **arguments)
{
    time_t start_time = time(NULL);

    tests.program = arguments[0];
    make_jobs(count_processors());
    physical_reserve();
    pristine_keep();
    if (count == 3 && strcmp(arguments[1], "--only") == 0)
        return run_only(arguments[2]);
    if (count == 4 && strcmp(arguments[1], "--volume") == 0)
        return run_volume(arguments[2], arguments[3]);
    if (count > 2)
        return run_one(arguments + 1);
    if (!find_depth(arguments[1], &tests.depth))
        return refuse();
    tests.only_marked = arguments[1] && strcmp(arguments[1], "--marked") == 0;
    tests.only_faults = tests.only_marked;
    run_all();
    if (tests.only_marked && tests.marked == 0) { /* nothing leads there without a failure */
        tests.only_marked = false;
        run_all();
    }
    print_sums();
    printf("%zu marked, %lld seconds\n", tests.marked, (long long)(time(NULL) - start_time));
    return tests.failures > 0;
}
