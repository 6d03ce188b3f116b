#include "textflag.h"

// func capture(pcs *[Depth]uintptr) (goroutine uintptr)
//
// BP is the frame of whoever called capture. A frame begins with its caller's
// BP, and the return address is the word above it; the outermost BP is 0.
TEXT ·capture(SB),NOSPLIT|NOFRAME,$0-16
	MOVQ pcs+0(FP), AX
	MOVQ (TLS), CX
	MOVQ CX, goroutine+8(FP)
	MOVQ BP, DX
	MOVQ $5, BX           // Depth
	TESTQ DX, DX
	JZ   outermost
	MOVQ 0(DX), DX        // the first return address is within proactor

next:
	TESTQ DX, DX
	JZ   outermost
	MOVQ 8(DX), CX
	MOVQ CX, 0(AX)
	MOVQ 0(DX), DX
	ADDQ $8, AX
	DECQ BX
	JNZ  next
	RET

outermost:
	MOVQ $0, 0(AX)
	ADDQ $8, AX
	DECQ BX
	JNZ  outermost
	RET

// func goroutine() uintptr
TEXT ·goroutine(SB),NOSPLIT|NOFRAME,$0-8
	MOVQ (TLS), CX
	MOVQ CX, ret+0(FP)
	RET
