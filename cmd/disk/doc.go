// Package disk says how full the disk is below a folder, which every system says its own way. A server that cannot
// write its log or its books stops in the middle of something, so the server and its doctor look at this before it
// happens.
package disk
