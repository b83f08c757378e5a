package rotation

import "unitd/runtime/journal"

// complain says what is wrong with a log, once until it is something else.
func (k *Keeper) complain(f File, err error) {
	text := ""
	if err != nil {
		text = err.Error()
	}
	if text != "" && k.said[f.Path] != text {
		k.config.Logger.Warn("keep a log within its bounds", "unit", f.Unit, "log", f.Path, "error", text)
	}
	k.said[f.Path] = text
}

// sayReplaced: programs go on writing to the file that they have open, whatever its name becomes.
func (k *Keeper) sayReplaced(f File, what journal.Replacement) {
	if f.Foreign || f.Captured {
		return // who opens a log itself may replace it
	}
	switch what {
	case journal.Removed:
		k.config.Logger.Warn("a log was removed: what its unit prints is lost until it starts again", "unit", f.Unit, "log", f.Path)
	case journal.Replaced:
		k.config.Logger.Warn("a log was replaced: what its unit prints goes to the former file until it starts again", "unit", f.Unit, "log", f.Path)
	case journal.Same:
	}
}

// sayTruncated says once that rotation has a gap here.
func (k *Keeper) sayTruncated(f File, r journal.Rotation) {
	if r.Truncated && !k.holeless {
		k.holeless = true
		k.config.Logger.Warn("the file system has no holes: what is written at the moment of a rotation is lost", "log", f.Path)
	}
}
