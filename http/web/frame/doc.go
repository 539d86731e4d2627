// Package frame is what all pages share: how a page reads and writes through the operations of the API, layout and
// components, forms, amounts and dates as people write them, the stylesheet and the script.
//
// Begin with [Site], where pages are registered, and [Visit], which is one request for a page. A page reads in one
// snapshot with [Read]; a form's act writes with [Visit.Do] and ends in [Visit.To]. No page has a rule of its own: what
// it may not do, the operation refuses, and [Form.Refused] puts the refusal at the field.
package frame
