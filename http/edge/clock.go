package edge

import "supportledger/store"

// clock says when files are looked at again; nothing in the books depends on it.
var clock store.SystemClock
