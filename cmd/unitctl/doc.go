// Command unitctl is the client of unitd: every verb that a person or a script gives the manager.
//
// There is one file for each verb. console.go holds what they share, exit.go what errors mean to the
// shell, foreign.go the verbs of other managers; what is drawn for people is in the package screen.
package main
