// Everything works without this script. It hides the page faster, keeps what is typed, sends a form once, and knows keys.
(function () {
  'use strict';
  var d = document, root = d.documentElement, kept = 'supportledger:';

  // Hide: blank at once, then another page in the place of this one, so that "back" does not lead here.
  function hide() {
    root.hidden = true;
    d.title = ' ';
    location.replace('/hidden');
  }
  d.addEventListener('click', function (e) {
    if (e.target.closest('[data-hide]')) { e.preventDefault(); hide(); }
  });
  var escapes = 0;
  d.addEventListener('keydown', function (e) {
    if (e.key !== 'Escape') { escapes = 0; return; }
    escapes += 1;
    setTimeout(function () { escapes = 0; }, 900);
    if (escapes === 3) { hide(); }
  });

  // What is wrong in a form is read first.
  var first = d.querySelector('[data-focus]');
  if (first) { first.focus(); }

  // Forms keep their text in this tab until they have arrived; never a password, and nothing once the user signs out.
  function store(act) { try { return act(sessionStorage); } catch (e) { return null; } }
  function fields(form) {
    return Array.prototype.filter.call(form.elements, function (f) {
      return f.name && !/^form_|^next$|\.(asked|meant)$/.test(f.name) &&
        !/^(hidden|password|file|submit|button)$/.test(f.type);
    });
  }
  function nameOf(form) { return kept + location.pathname + '#' + form.getAttribute('data-keep'); }
  function keep(form) {
    var all = {};
    fields(form).forEach(function (f) {
      if (f.type === 'radio' || f.type === 'checkbox') { if (f.checked) { all[f.name] = f.value; } } else { all[f.name] = f.value; }
    });
    store(function (s) { s.setItem(nameOf(form), JSON.stringify(all)); });
  }
  if (d.querySelector('[data-done]')) {
    store(function (s) {
      var sent = s.getItem(kept + 'sent');
      if (sent) { s.removeItem(sent); s.removeItem(kept + 'sent'); }
    });
  }
  if (d.querySelector('[data-signed-out]')) { store(function (s) { s.clear(); }); }
  Array.prototype.forEach.call(d.querySelectorAll('form[data-keep]'), function (form) {
    var old = store(function (s) { return JSON.parse(s.getItem(nameOf(form))); });
    if (old && !form.querySelector('.faults')) {
      var told = false;
      fields(form).forEach(function (f) {
        if (!(f.name in old)) { return; }
        if (f.type === 'radio' || f.type === 'checkbox') { f.checked = f.value === old[f.name]; return; }
        if (!f.value && old[f.name]) { f.value = old[f.name]; told = true; }
      });
      var fold = form.closest('details');
      if (told && fold) { fold.open = true; }
    }
    form.addEventListener('input', function () { keep(form); });
  });

  // A form is sent once, and not into a dead connection: the text would be lost with the browser's error page.
  d.addEventListener('submit', function (e) {
    var form = e.target;
    if (form.method !== 'post') { return; }
    if (!navigator.onLine) {
      e.preventDefault();
      say(form, root.lang === 'da' ? 'Der er ingen forbindelse. Det, du skrev, er gemt her; prøv igen om lidt.'
        : 'There is no connection. What you wrote is kept here; try again in a moment.');
      return;
    }
    if (form.hasAttribute('data-sent')) { e.preventDefault(); return; }
    form.setAttribute('data-sent', '');
    if (form.hasAttribute('data-keep')) { store(function (s) { s.setItem(kept + 'sent', nameOf(form)); }); }
    setTimeout(function () {
      Array.prototype.forEach.call(form.querySelectorAll('button:not([name])'), function (b) {
        b.setAttribute('aria-disabled', 'true');
      });
    }, 0);
    setTimeout(function () { form.removeAttribute('data-sent'); }, 8000);
  });
  addEventListener('pageshow', function () {
    Array.prototype.forEach.call(d.querySelectorAll('form[data-sent]'), function (f) { f.removeAttribute('data-sent'); });
  });
  function say(form, text) {
    var p = form.querySelector('.offline');
    if (!p) {
      p = d.createElement('p');
      p.className = 'warned offline';
      p.setAttribute('role', 'alert');
      form.insertBefore(p, form.firstChild);
    }
    p.textContent = text;
  }

  d.addEventListener('click', function (e) {
    if (e.target.closest('[data-print]')) { window.print(); }
  });

  // Quick reasons fill the field beside them.
  d.addEventListener('click', function (e) {
    var b = e.target.closest('[data-fill]');
    if (!b) { return; }
    var to = d.getElementById(b.getAttribute('data-fill'));
    to.value = b.textContent.trim();
    to.focus();
    to.dispatchEvent(new Event('input', { bubbles: true }));
  });

  // Two lists that have to come out even say what is left while somebody chooses. Amounts are added in their smallest unit.
  Array.prototype.forEach.call(d.querySelectorAll('form[data-sums]'), function (form) {
    var out = form.querySelector('[data-sum-text]');
    if (!out || typeof BigInt !== 'function') { return; }
    function add() {
      var sum = BigInt(0), n = 0, digits = 2, way = { payment: 1, 'return': -1 }[(form.elements.proves || {}).value] || 0, sign, text;
      Array.prototype.forEach.call(form.querySelectorAll('[data-amount]:checked'), function (box) {
        var amount = box.getAttribute('data-amount'), dot = amount.indexOf('.');
        digits = dot < 0 ? 0 : amount.length - dot - 1;
        sum += BigInt(amount.replace('.', '')) * BigInt(box.name === 'line' ? 1 : way);
        n += 1;
      });
      if (!n) { out.textContent = out.getAttribute('data-none'); return; }
      sign = sum < 0 ? '\u2212' : '';
      text = String(sum < 0 ? -sum : sum);
      while (text.length <= digits) { text = '0' + text; }
      text = text.slice(0, text.length - digits).replace(/\B(?=(\d{3})+$)/g, root.lang === 'da' ? '.' : ',') +
        (digits ? (root.lang === 'da' ? ',' : '.') + text.slice(-digits) : '');
      out.textContent = out.getAttribute('data-says') + sign + text;
    }
    form.addEventListener('change', add);
    add();
  });

  // A file stays here. Its checksum is sent, and what it claims to be: its form, and the key that its proof names. The
  // server says the same of a file in statements/page (FormOf) and statements/sealing (SignerOf).
  function formOf(text) {
    if (text.slice(0, 5) !== '%PDF-') { return 'not_a_statement'; }
    if (text.indexOf('\n%supportledger 1 ') >= 0) { return 'sealed'; }
    if (text.slice(-4096).indexOf('/Encrypt') >= 0) { return 'locked'; }
    return text.indexOf('<pdf:Producer>supportledger</pdf:Producer>') >= 0 &&
      /trailer\n<<\n\/Size \d+\n\/Root \d+ 0 R\n\/Info \d+ 0 R\n(\/ID \[[^\]]*\]\n)?(\/Prev \d+\n)?>>\nstartxref\n\d+\n%%EOF\n$/
        .test(text.slice(-400)) ? 'not_sealed' : 'not_a_statement';
  }
  function signerOf(text) {
    var all = text.match(/"checkpoint":"((?:[^"\\]|\\.)*)"/g), line, raw, hash = '', i;
    try {
      line = /^\u2014 (\S+) (\S+)$/m.exec(JSON.parse(all[all.length - 1].slice(13)));
      raw = atob(line[2]);
    } catch (e) { return ''; }
    for (i = 0; i < 4; i += 1) { hash += ('0' + raw.charCodeAt(i).toString(16)).slice(-2); }
    return line[1] + '+' + hash;
  }
  Array.prototype.forEach.call(d.querySelectorAll('[data-held]'), function (input) {
    var says = d.querySelector('[data-held-says]');
    function fails() {
      says.textContent = says.getAttribute('data-fails');
      says.className = 'outcome bad';
    }
    input.addEventListener('change', function () {
      if (!input.files[0]) { return; }
      input.files[0].arrayBuffer().then(function (content) {
        return crypto.subtle.digest('SHA-256', content).then(function (sum) {
          var hex = Array.prototype.map.call(new Uint8Array(sum), function (b) { return ('0' + b.toString(16)).slice(-2); }).join('');
          var text = new TextDecoder().decode(content), signer = signerOf(text), code = input.getAttribute('data-held');
          location.href = '/verify/files/' + hex + '?form=' + formOf(text) + (signer ? '&signer=' + encodeURIComponent(signer) : '') +
            (code ? '&code=' + encodeURIComponent(code) : '');
        });
      }).catch(fails);
    });
  });

  // Passkeys: the device is asked where the browser can do it, and what it gives is sent with the form.
  var pk = window.PublicKeyCredential;
  if (pk && pk.parseCreationOptionsFromJSON) {
    d.querySelectorAll('form[data-passkey]').forEach(function (form) {
      form.hidden = false;
      var lacks = d.querySelector('[data-passkey-lacks]'), making = form.getAttribute('data-passkey');
      if (lacks) { lacks.hidden = true; }
      form.addEventListener('submit', function (e) {
        e.preventDefault();
        (making ? Promise.resolve(making) : fetch('/api/v1/passkey-sign-ins/challenges', { method: 'POST' })
          .then(function (r) { return r.json(); }).then(function (got) { return got.options; })
        ).then(function (text) {
          var options = JSON.parse(text).publicKey;
          return making ? navigator.credentials.create({ publicKey: pk.parseCreationOptionsFromJSON(options) })
            : navigator.credentials.get({ publicKey: pk.parseRequestOptionsFromJSON(options) });
        }).then(function (made) {
          form.elements.credential.value = JSON.stringify(made);
          form.submit();
        }).catch(function () { form.querySelector('[data-passkey-says]').hidden = false; });
      });
    });
  }

  // Keys: never while somebody writes, never with a modifier, and off where the user said so.
  if (!root.hasAttribute('data-keys')) { return; }
  var going = false;
  function rows() { return Array.prototype.slice.call(d.querySelectorAll('[data-row]')); }
  function step(by) {
    var all = rows(), at = all.indexOf(d.activeElement), to = all[Math.max(0, Math.min(all.length - 1, at + by))];
    if (to) { to.focus(); to.scrollIntoView({ block: 'nearest' }); }
  }
  d.addEventListener('keydown', function (e) {
    if (e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName)) { return; }
    var to;
    if (going) {
      going = false;
      to = d.querySelector('[data-go="' + CSS.escape(e.key) + '"]');
      if (to) { e.preventDefault(); to.click(); }
      return;
    }
    if (e.key === 'g') { going = true; setTimeout(function () { going = false; }, 1200); return; }
    if (e.key === 'j') { step(1); } else if (e.key === 'k') { step(-1); }
    else if (e.key === '?') { location.href = '/help#keys'; }
    else if (e.key === '/') { to = d.querySelector('input[type=search]'); if (to) { e.preventDefault(); to.focus(); } }
    else if (e.key === 'n') { to = d.querySelector('[data-new]'); if (to) { to.click(); } }
    else if (e.key === 'a') { to = d.querySelector('[data-key-a]'); if (to) { to.focus(); } }
  });
})();
