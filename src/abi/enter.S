// SPDX-License-Identifier: Apache-2.0
// zhan_enter and zhan_leave, one routine an ISA; see enter.hpp. Register roles of the interpreter follow
// the order of clang's preserve_none (CONTRACTS C2, docs/architecture.md).
#if ZHAN_TAILCALL

#if defined(__x86_64__)
        .intel_syntax noprefix
        .text
        .globl  zhan_enter
        .hidden zhan_enter
        .type   zhan_enter, @function
        .p2align 4
zhan_enter:
        .cfi_startproc
        push    rbp
        .cfi_def_cfa_offset 16
        .cfi_offset rbp, -16
        mov     rbp, rsp
        .cfi_def_cfa_register rbp
        push    rbx
        push    r12
        push    r13
        push    r14
        push    r15
        .cfi_offset rbx, -24
        .cfi_offset r12, -32
        .cfi_offset r13, -40
        .cfi_offset r14, -48
        .cfi_offset r15, -56
        sub     rsp, 72                 // record at rsp, 16-byte aligned
        mov     rbx, rdi                // exec
        mov     r12, rsi                // args
        call    zhan_exchange_current
        mov     qword ptr [rsp], 0      // host_to_wasm
        mov     rcx, [rbx + 48]
        mov     [rsp + 8], rcx          // previous
        mov     [rsp + 16], rbx         // exec
        mov     rcx, [rbx + 24]
        mov     [rsp + 24], rcx         // pc
        mov     rcx, [rbx + 32]
        mov     [rsp + 32], rcx         // fp
        mov     rcx, [rbx + 40]
        mov     [rsp + 40], rcx         // inst
        mov     rcx, [rbx + 16]
        mov     [rsp + 48], rcx         // vsp
        mov     [rsp + 56], rax         // outer
        mov     [rbx + 48], rsp         // exec->records
        mov     r8, rbx                 // exec
        mov     rax, [r12]              // handler
        mov     r13, [r12 + 16]         // fp
        mov     r14, [r12 + 24]         // memory 0
        mov     r15, [r12 + 32]         // inst
        mov     rdi, [r12 + 40]         // acc
        mov     rsi, [r12 + 48]         // pinned local
        mov     rdx, [r12 + 56]         // budget
        mov     r12, [r12 + 8]          // pc
        call    rax
        .globl  zhan_leave
        .hidden zhan_leave
zhan_leave:                             // rsp = record, eax = status
        mov     rbx, [rsp + 16]         // exec
        mov     rcx, [rsp + 8]
        mov     [rbx + 48], rcx         // records = previous
        mov     r12d, eax
        mov     rdi, [rsp + 56]
        call    zhan_exchange_current
        mov     eax, r12d
        add     rsp, 72
        pop     r15
        pop     r14
        pop     r13
        pop     r12
        pop     rbx
        pop     rbp
        .cfi_def_cfa rsp, 8
        ret
        .cfi_endproc
        .size   zhan_enter, . - zhan_enter

#elif defined(__aarch64__)
        .text
        .globl  zhan_enter
        .hidden zhan_enter
        .type   zhan_enter, %function
        .p2align 4
zhan_enter:
        .cfi_startproc
        stp     x29, x30, [sp, #-160]!
        .cfi_def_cfa_offset 160
        .cfi_offset x29, -160
        .cfi_offset x30, -152
        mov     x29, sp
        stp     x19, x20, [sp, #16]
        stp     x21, x22, [sp, #32]
        stp     x23, x24, [sp, #48]
        stp     x25, x26, [sp, #64]
        stp     x27, x28, [sp, #80]
        stp     d8, d9, [sp, #96]
        stp     d10, d11, [sp, #112]
        stp     d12, d13, [sp, #128]
        stp     d14, d15, [sp, #144]
        sub     sp, sp, #64             // record at sp
        mov     x28, x0                 // exec
        mov     x19, x1                 // args
        bl      zhan_exchange_current
        ldr     x9, [x28, #48]
        stp     xzr, x9, [sp]           // host_to_wasm, previous
        ldp     x10, x11, [x28, #24]
        stp     x28, x10, [sp, #16]     // exec, pc
        ldr     x12, [x28, #40]
        stp     x11, x12, [sp, #32]     // fp, inst
        ldr     x13, [x28, #16]
        stp     x13, x0, [sp, #48]      // vsp, outer
        mov     x9, sp
        str     x9, [x28, #48]          // exec->records
        ldp     x9, x20, [x19]          // handler, pc
        ldp     x21, x22, [x19, #16]    // fp, memory 0
        ldp     x23, x24, [x19, #32]    // inst, acc
        ldp     x25, x26, [x19, #48]    // pinned local, budget
        blr     x9
        .globl  zhan_leave
        .hidden zhan_leave
zhan_leave:                             // sp = record, w0 = status
        mov     w20, w0
        ldp     x9, x19, [sp, #8]       // previous, exec
        str     x9, [x19, #48]
        ldr     x0, [sp, #56]
        bl      zhan_exchange_current
        mov     w0, w20
        add     sp, sp, #64
        ldp     d14, d15, [sp, #144]
        ldp     d12, d13, [sp, #128]
        ldp     d10, d11, [sp, #112]
        ldp     d8, d9, [sp, #96]
        ldp     x27, x28, [sp, #80]
        ldp     x25, x26, [sp, #64]
        ldp     x23, x24, [sp, #48]
        ldp     x21, x22, [sp, #32]
        ldp     x19, x20, [sp, #16]
        ldp     x29, x30, [sp], #160
        .cfi_def_cfa_offset 0
        ret
        .cfi_endproc
        .size   zhan_enter, . - zhan_enter
#else
#error "zhan_enter is not written for this ISA: use the portable build"
#endif

#endif  // ZHAN_TAILCALL
        .section .note.GNU-stack, "", %progbits
