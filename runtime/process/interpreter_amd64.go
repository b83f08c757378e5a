package process

import _ "embed" // the interpreter

//go:embed interpreter/amd64.elf
var interpreter []byte
