// SPDX-License-Identifier: BSD-2-Clause
//! The same kernel as hello.c, in Rust, without the screen: Debian's compiler and its core library are enough.
#![no_std]
#![no_main]

use core::arch::asm;
use core::fmt::{self, Write};
use core::ptr::{read_unaligned, read_volatile};

/// The start info, as Xen's public/arch-x86/hvm/start_info.h defines it.
#[repr(C)]
struct StartInfo {
    magic: u32,
    version: u32,
    flags: u32,
    module_count: u32,
    modules: *const Module,
    command_line: *const u8,
    rsdp: usize,
    memory_map: *const MemoryRange, // from here on since version 1
    memory_map_count: u32,
    reserved: u32,
}

#[repr(C)]
struct Module {
    address: u64,
    size: u64,
    command_line: *const u8,
    reserved: u64,
}

#[repr(C)]
struct MemoryRange {
    address: u64,
    size: u64,
    kind: u32, // as ACPI's: 1 is RAM, 2 reserved, 3 ACPI's tables, 4 ACPI NVS, 5 unusable
    reserved: u32,
}

const MAGIC: u32 = 0x336e_c578;
const MAPPED_END: usize = 1 << 32; // by entry.S
const SERIAL: u16 = 0x3f8;

extern "C" {
    static image_start: u8;
    static image_end: u8;
}

unsafe fn write8(port: u16, value: u8) {
    asm!("out dx, al", in("dx") port, in("al") value, options(nostack));
}

unsafe fn write16(port: u16, value: u16) {
    asm!("out dx, ax", in("dx") port, in("ax") value, options(nostack));
}

unsafe fn read8(port: u16) -> u8 {
    let value;
    asm!("in al, dx", in("dx") port, out("al") value, options(nostack));
    value
}

/// The first serial port of a PC. On a machine without one, reads give 0xff, which ends the wait.
struct Serial;

impl Serial {
    fn start() -> Self {
        for (register, value) in [(1, 0), (3, 0x80), (0, 1), (1, 0), (3, 3)] {
            unsafe { write8(SERIAL + register, value) };
        }
        Serial
    }

    fn put(&mut self, byte: u8) {
        unsafe {
            while read8(SERIAL + 5) & 0x20 == 0 {}
            write8(SERIAL, byte);
        }
    }
}

impl Write for Serial {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            if byte == b'\n' {
                self.put(b'\r');
            }
            self.put(byte);
        }
        Ok(())
    }
}

/// A string of the loader's; empty if there is none or it is not UTF-8.
unsafe fn text(address: *const u8) -> &'static str {
    if address.is_null() {
        return "";
    }
    // volatile, so that the compiler does not make strlen() of it, which nobody has here
    let length = (0..).take_while(|&at| read_volatile(address.add(at)) != 0).count();
    core::str::from_utf8(core::slice::from_raw_parts(address, length)).unwrap_or("")
}

unsafe fn list<T>(address: *const T, count: u32) -> &'static [T] {
    if count == 0 {
        return &[];
    }
    core::slice::from_raw_parts(address, count as usize)
}

/// A table that the RSDT or the XSDT lists; they are not aligned.
unsafe fn find_table(rsdp: usize, signature: [u8; 4]) -> Option<usize> {
    let extended = read_unaligned((rsdp + 15) as *const u8) >= 2;
    let root = if extended { read_unaligned((rsdp + 24) as *const usize) } else { read32(rsdp + 16) };
    let width = if extended { 8 } else { 4 };
    if rsdp == 0 || root == 0 || root >= MAPPED_END {
        return None;
    }
    (root + 36..root + read32(root + 4))
        .step_by(width)
        .map(|at| if extended { read_unaligned(at as *const usize) } else { read32(at) })
        .find(|&table| table < MAPPED_END && read_unaligned(table as *const [u8; 4]) == signature)
}

unsafe fn read32(address: usize) -> usize {
    read_unaligned(address as *const u32) as usize
}

/// The first number of the package \_S5 in the DSDT: 08 "_S5_" 12 length count [0A] value.
unsafe fn find_sleep_type(dsdt: usize) -> u16 {
    let code = core::slice::from_raw_parts(dsdt as *const u8, read32(dsdt + 4));
    for at in 36..code.len().saturating_sub(12) {
        if &code[at..at + 5] == b"_S5_\x12" {
            let value = at + 5 + 1 + (code[at + 5] >> 6) as usize + 1;
            return u16::from(if code[value] == 0x0a { code[value + 1] } else { code[value] });
        }
    }
    5
}

unsafe fn power_off(fadt: usize) {
    let kind = find_sleep_type(read32(fadt + 40));
    if read32(fadt + 112) & 1 << 20 != 0 {
        // hardware-reduced ACPI, as Cloud Hypervisor has it
        return write8(read_unaligned((fadt + 248) as *const u64) as u16, (kind << 2) as u8 | 1 << 5);
    }
    let (smi, pm1a) = (read32(fadt + 48) as u16, read32(fadt + 64) as u16);
    if smi != 0 && read8(pm1a) & 1 == 0 {
        write8(smi, read_unaligned((fadt + 52) as *const u8));
        while read8(pm1a) & 1 == 0 {}
    }
    write16(pm1a, kind << 10 | 1 << 13);
}

unsafe fn show(out: &mut Serial, info: &StartInfo) -> fmt::Result {
    writeln!(out, "command line: {}", text(info.command_line))?;
    for module in list(info.modules, info.module_count) {
        let end = module.address + module.size - 1;
        writeln!(out, "module {:#x}-{:#x} {}", module.address, end, text(module.command_line))?;
    }
    let count = if info.version >= 1 { info.memory_map_count } else { 0 };
    for range in list(info.memory_map, count) {
        let end = range.address + (range.size - 1);
        writeln!(out, "memory {:#x}-{:#x} {:#x}", range.address, end, range.kind)?;
    }
    let (start, end) = (&image_start as *const u8 as usize, &image_end as *const u8 as usize);
    writeln!(out, "image {:#x}-{:#x}\nGood bye.", start, end - 1)
}

/// Called by entry.S.
#[no_mangle]
unsafe extern "C" fn hello(info: &StartInfo) {
    let mut out = Serial::start();
    let _ = writeln!(out, "Hello from Rust.");
    if info.magic != MAGIC {
        let _ = writeln!(out, "Not started by PVH.");
        return;
    }
    let _ = show(&mut out, info);
    match find_table(info.rsdp, *b"FACP") {
        Some(fadt) => power_off(fadt),
        None => drop(writeln!(out, "No ACPI tables: it stays on.")),
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {
        unsafe { asm!("cli", "hlt") };
    }
}
