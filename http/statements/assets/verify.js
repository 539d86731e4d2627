"use strict";const f=document.getElementById("file"),o=document.getElementById("outcome");if(f){f.addEventListener("change",async()=>{
if(!f.files[0])return;const d=await crypto.subtle.digest("SHA-256",await f.files[0].arrayBuffer());
const h=[...new Uint8Array(d)].map(b=>b.toString(16).padStart(2,"0")).join("");o.textContent=h===o.dataset.hash?o.dataset.same:o.dataset.other})}