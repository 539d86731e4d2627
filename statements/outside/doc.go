// Package outside has no code: its tests read released statements as somebody outside of the organisation would, and
// look for what one person got. They were written from docs/PRIVACY.md, before their author had read the control.
package outside
