// Package state keeps what unitd must still know after it has ended: small documents, written whole or
// not at all, in directories that nobody else can write.
//
// Prepare makes and checks such a directory; Lock lets one manager have it; Save and Load are for any
// document, with LoadOverrides and LoadSources for two of them: what people have said beside the unit
// files, and the unit files of the last good load. BootID tells a boot of the host from a restart of
// unitd.
//
// Not here: logs and events (journal), and what the documents mean. Start reading at document.go.
package state
