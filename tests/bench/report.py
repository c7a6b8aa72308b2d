# SPDX-License-Identifier: BSD-2-Clause
"""Prints the figures: as text tables that are also valid Markdown, and as a plot."""

import statistics

from pvhtools.program import call, temporary_folder

MILLION = 1e6
PARTS = ("file drivers", "firmware", "loader", "outside")
PLOTTED = {"floor": "#808080", "pvhboot": "#008040", "stub": "#3080d0", "systemd-boot": "#d08000", "grub": "#c02040"}


def print_table(headings, lines):
    """Columns of words are aligned left, those of figures right."""
    rows = [headings, *lines]
    left = [not any(str(line[i])[:1].isdecimal() for line in lines) for i in range(len(headings))]
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(headings))]
    for number, row in enumerate(rows):
        print("| " + " | ".join(cell(text, width, is_left) for text, width, is_left in zip(row, widths, left)) + " |")
        if number == 0:
            marks = ("-" if is_left else ":" for is_left in left)
            print("|" + "|".join("-" * (width + 1) + mark for width, mark in zip(widths, marks)) + "|")
    print()


def cell(text, width, is_left):
    return str(text).ljust(width) if is_left else str(text).rjust(width)


# Work

def floors(results):
    return {result["row"]: result["end"]["work"] for result in results
            if result["loader"] == "floor" and "end" in result}


def print_works(results):
    if not results:
        return
    print("Work, in millions of instructions and REP iterations, from LoadImage of the loader to the kernel.\n")
    floor = floors(results)
    print_table(("row", "loader", "work", "of it REP", "of the floor", *PARTS),
                [work_line(result, floor.get(result["row"])) for result in results])
    linux = [result for result in results if "message" in result]
    if linux:
        print("Linux: work up to its first message, and up to /init.\n")
        print_table(("row", "loader", "message", "/init"),
                    [(result["row"], result["loader"], millions(result["message"]["work"]),
                      millions(result["end"]["work"])) for result in linux])


def print_leaving(results):
    taken = [(result["row"], f"{result['memory'] / 1024:.0f}", millions(result["end"]["work"] - result["leaving"]))
             for result in results if "leaving" in result]
    if taken:
        print("When pvhboot calls ExitBootServices: memory that it holds beside the payload, its program included, and\n"
              "the work that is still to come, the firmware's exit and the trampoline.\n")
        print_table(("row", "KiB", "work to come"), taken)


def work_line(result, floor):
    """Of Linux, what there is up to its first message: behind that, all loaders are alike."""
    if "failed" in result:
        return (result["row"], result["loader"], "failed", "-", "-", *("-" for _ in PARTS))
    point = result.get("message", result["end"])
    parts = [sum(point["parts"][part].values()) for part in PARTS]
    iterations = sum(point["parts"][part]["iterations"] for part in PARTS)
    return (result["row"], result["loader"], millions(point["work"]), millions(iterations),
            f"{point['work'] / floor:.2f}" if floor else "-", *map(millions, parts))


def millions(number):
    return f"{number / MILLION:.2f}"


# Time

def print_times(results):
    if not results:
        return
    print("Time of the emulating thread, in ms of CPU, median [least .. most] of the rounds.\n")
    print_table(("medium", "row", "loader", "ms", "range"), [time_line(result) for result in results])


def time_line(result):
    times = [taken["cpu"] for taken in result["rounds"]]
    if not times:
        return result["medium"], result["row"], result["loader"], "failed", "-"
    return (result["medium"], result["row"], result["loader"], f"{statistics.median(times):.0f}",
            f"{min(times):.0f} .. {max(times):.0f}")


# The plot

def write_plot(results, picture):
    """Work over the size of kernels, both in powers of ten."""
    points = {}
    for result in results:
        if "end" in result and result["row"] in ("kernel 8M", "kernel 64M", "kernel 256M"):
            point = result["bytes"] / (1 << 20), result["end"]["work"] / MILLION
            points.setdefault(result["loader"], []).append(point)
    with temporary_folder() as scratch:
        script = scratch / "plot"
        script.write_text(plot_script({loader: points[loader] for loader in PLOTTED if loader in points}, picture))
        call("gnuplot", script)


def plot_script(points, picture):
    lines = ["set terminal png size 860,420 font ',11'",
             f"set output '{picture}'", "set logscale xy", "set grid", "set key outside right top",
             "set xlabel 'size of the kernel, MiB'", "set xtics (8, 64, 256)", "set xrange [7:300]",
             "set ylabel 'work, millions of instructions'", "set title 'From LoadImage of the loader to the kernel'"]
    for number, loader in enumerate(points):
        lines += [f"$data{number} << EOD", *(f"{x} {y}" for x, y in points[loader]), "EOD"]
    names = [f"$data{number} with linespoints lw 2 pt 7 lc rgb '{PLOTTED[loader]}' title '{title(loader)}'"
             for number, loader in enumerate(points)]
    return "\n".join([*lines, "plot " + ", ".join(names)]) + "\n"


def title(loader):
    return {"floor": "the firmware alone", "stub": "EFI stub", "grub": "GRUB"}.get(loader, loader)
