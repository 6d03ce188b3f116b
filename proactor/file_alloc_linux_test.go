package proactor_test

func init() { statAllocates = false }
