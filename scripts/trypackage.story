# The main job, from an empty book to a payment that two people approved and one authorised. post comes from trypackage.
day=$(date +%F)
post finance_officer /funds "{\"code\":\"UNR\",\"restriction\":\"none\",\"opened_on\":\"$day\"}" >/dev/null
post finance_officer /opening-balances "{\"date\":\"$day\",\"fund\":\"UNR\",\"account\":\"1010\",\"amount\":\"1000.00\"}" >/dev/null
person=$(post caseworker /beneficiaries '{}' | jq -r .id)
post caseworker /plans "{\"number\":\"P-1\",\"beneficiary\":\"$person\",\"currency\":\"DKK\",\"starts_on\":\"$day\",\"shares\":[{\"fund\":\"UNR\",\"percent\":\"100\"}],\"lines\":[]}" >/dev/null
asked=$(post caseworker /disbursements "{\"settlement\":\"payment\",\"date\":\"$day\",\"plan\":\"P-1\",\"shares\":[{\"fund\":\"UNR\",\"percent\":\"100\"}],\"category\":\"stipend\",\"amount\":\"250.00\",\"account\":\"1010\",\"text\":\"stipend\"}" | jq -r .id)
post caseworker "/disbursements/$asked/submissions" '{}' >/dev/null
post programme_lead "/disbursements/$asked/decisions" '{"decision":"approve"}' >/dev/null
post treasurer "/disbursements/$asked/authorisations" '{}' >/dev/null
payment=$(post finance_officer "/disbursements/$asked/releases" "{\"date\":\"$day\",\"account\":\"1010\"}" | jq -r .number)
echo "approved by two, authorised, released as $payment"
