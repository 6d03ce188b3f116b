#include "textflag.h"

// func ticks() int64
TEXT ·ticks(SB),NOSPLIT|NOFRAME,$0-8
	RDTSC
	SHLQ $32, DX
	ORQ  DX, AX
	MOVQ AX, ret+0(FP)
	RET

// func invariant() bool
//
// CPUID 0x80000007, bit 8 of EDX: the counter runs at one speed, also while the
// processor sleeps.
TEXT ·invariant(SB),NOSPLIT|NOFRAME,$0-1
	MOVB $0, ret+0(FP)
	MOVL $0x80000000, AX
	XORL CX, CX
	CPUID
	CMPL AX, $0x80000007
	JCS  unknown
	MOVL $0x80000007, AX
	XORL CX, CX
	CPUID
	SHRL $8, DX
	ANDL $1, DX
	MOVB DX, ret+0(FP)

unknown:
	RET
