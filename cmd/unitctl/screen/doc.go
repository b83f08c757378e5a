// Package screen answers for what unitctl draws for people: pure functions from documents of the control
// API to text. What is drawn never depends on the terminal but through Style.
//
// Start with Status (status.go); there is one file for each screen, and text.go for how durations, sizes
// and states are written.
package screen
