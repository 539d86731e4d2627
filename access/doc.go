// Package access knows who may do what, and keeps the record of who did.
//
// A [User] is a work account with roles, known by a handle such as "treasurer"; people's names are not kept here. A
// caller proves to be a user by a bearer token, of which only the SHA-256 is stored, and becomes a [Principal].
//
// A [Duty] is one user's part in one subject: requesting, approving, authorising or releasing it. Nobody takes two
// duties on the same subject - through another token neither, since a token acts as its user. [Take] refuses it, and so
// does the database by the primary key of table duties. A duty binds the SHA-256 of exactly what was decided on; when
// that changes, the next round of duties starts.
//
// An [Event] says who did what to what, when, through which token and request. It is written in the tx of the act, so
// there is no act without its event, and it names changed fields but never holds their values.
package access
