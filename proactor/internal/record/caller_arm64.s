#include "textflag.h"

// func capture(pcs *[Depth]uintptr) (goroutine uintptr)
//
// R29 points at the caller's saved R29, and the return address is the word above
// it; the outermost R29 is 0.
TEXT ·capture(SB),NOSPLIT|NOFRAME,$0-16
	MOVD pcs+0(FP), R0
	MOVD g, goroutine+8(FP)
	MOVD R29, R1
	MOVD $5, R2           // Depth
	CBZ  R1, outermost
	MOVD 0(R1), R1        // the first return address is within proactor

next:
	CBZ  R1, outermost
	MOVD 8(R1), R3
	MOVD R3, 0(R0)
	MOVD 0(R1), R1
	ADD  $8, R0
	SUB  $1, R2
	CBNZ R2, next
	RET

outermost:
	MOVD ZR, 0(R0)
	ADD  $8, R0
	SUB  $1, R2
	CBNZ R2, outermost
	RET

// func goroutine() uintptr
TEXT ·goroutine(SB),NOSPLIT|NOFRAME,$0-8
	MOVD g, ret+0(FP)
	RET
