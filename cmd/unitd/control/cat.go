package control

import (
	"bytes"
	"context"
	"path/filepath"

	"unitd/internal/bounded"
	"unitd/ipc"
	"unitd/ipc/protocol"
	"unitd/runtime/engine"
	"unitd/units"
)

// Cat gives the source of a unit as it was loaded: its own block, and for a pool that of its app.
func (m *Manager) Cat(ctx context.Context, name string) (protocol.CatDocument, error) {
	var document protocol.CatDocument
	files := map[string][]byte{}
	err := m.one(ctx, name, func(model *engine.Model, found ipc.Name) error {
		document.ID = string(found.ID)
		def := model.Definition(found.ID)
		blocks := []*units.Unit{def}
		if def.Pool != nil {
			blocks = append(blocks, model.Set().Units[def.Pool.AppID])
		}
		for _, u := range blocks {
			source := model.Set().Sources[u.Source.Filename]
			if u.Source.End.Byte > len(source) {
				continue
			}
			files[u.Source.Filename] = source
			document.Blocks = append(document.Blocks, protocol.CatBlock{
				File: filepath.Join(m.Dirs.Units, u.Source.Filename), Line: u.Source.Start.Line,
				Text: string(source[u.Source.Start.Byte:u.Source.End.Byte]),
			})
		}
		return nil
	})
	for i, block := range document.Blocks {
		relative, relErr := filepath.Rel(m.Dirs.Units, block.File)
		now, readErr := bounded.ReadFile(block.File, int64(len(files[relative])))
		document.Blocks[i].Changed = relErr != nil || readErr != nil || !bytes.Equal(now, files[relative])
	}
	return document, err
}
