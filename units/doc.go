// Package units answers for what the user wrote: HCL files in, model and diagnostics out.
//
// It is pure. Load takes a file system and a Host, which reads secrets and files and knows the account; it
// starts nothing, opens nothing by itself and keeps nothing. What should happen with the units is decided
// in policy, and done in runtime.
//
// Start with Set and Unit (unit.go) for the model, and with Load (load.go) for how it comes about: files.go
// finds the files, parse.go parses them, names.go and eval.go give values to expressions (variables.go and
// inputs.go to variables, reference.go and foreach.go to units), and body.go reads the attributes of a block.
// There is a file for each kind of block, with its type and how it is read. What may differ from start to
// start stays an expression (template.go). diff.go compares two sets, describe.go saying of each attribute
// what a change of it does.
package units
