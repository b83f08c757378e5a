package process

import _ "embed" // the interpreter

//go:embed interpreter/arm64.elf
var interpreter []byte
