// Package units answers for what the user wrote: HCL files in, model and diagnostics out.
//
// It is pure. Load takes a file system and a Host, which reads secrets and files and knows the account; it
// starts nothing, opens nothing by itself and keeps nothing. What should happen with the units is decided
// in policy, and done in runtime.
//
// Start with Set and Unit (unit.go) for the model, and with Load (load.go) for how it comes about.
package units
