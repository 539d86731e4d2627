package people

import (
	"context"

	"supportledger/beneficiaries"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// planWords registers the closed vocabulary that plans are written in.
func planWords(api *resource.API) {
	adding := []error{beneficiaries.ErrWord, beneficiaries.ErrDuplicateWord}
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/plan-categories", ID: "listPlanCategories", Tag: "plans",
		Roles:   resource.Staff,
		Summary: "What support a plan's line may be", Danish: "Hvilken støtte en linje i en støtteplan kan være",
		About: "Each with the account that bears its cost."}, listPlanCategories)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/plan-categories", ID: "addPlanCategory", Tag: "plans",
		NoMatch: rest.MakesNew,
		Roles:   resource.Leads,
		Summary: "Add a category of support", Danish: "Tilføj en kategori af støtte",
		About:   "It is never changed, since plans are written in it.",
		Example: `{"code":"childcare","account":"5400","name_en":"Childcare","name_da":"Børnepasning"}`,
		Refuses: append([]error{ledger.ErrUnknownAccount}, adding...)}, addPlanCategory)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/plan-goals", ID: "listPlanGoals", Tag: "plans",
		Roles:   resource.Staff,
		Summary: "What a plan may aim at", Danish: "Hvad en støtteplan kan sigte mod",
		About: "Codes that mean the same for everybody; nothing about one person's health is written in a plan."},
		listPlanGoals)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/plan-goals", ID: "addPlanGoal", Tag: "plans",
		NoMatch: rest.MakesNew,
		Roles:   resource.Leads,
		Summary: "Add a goal that plans may have", Danish: "Tilføj et mål, som støtteplaner kan have",
		Example: `{"code":"driving_licence","name_en":"A driving licence","name_da":"Kørekort"}`,
		Refuses: adding}, addPlanGoal)
}

type planCategoryView struct {
	Code    string           `json:"code"`
	Account ledger.AccountNo `json:"account"`
	NameEN  string           `json:"name_en"`
	NameDA  string           `json:"name_da"`
}

func viewPlanCategory(w beneficiaries.Word) planCategoryView {
	return planCategoryView{w.Code, w.Account, w.NameEN, w.NameDA}
}

func listPlanCategories(ctx context.Context, tx *store.Tx, d resource.Domain,
	in struct{ rest.Page }) (rest.List[planCategoryView], error) {
	page, err := keyset(in.Page, 1)
	if err != nil {
		return rest.List[planCategoryView]{}, err
	}
	words, err := d.People.Words(ctx, tx, beneficiaries.CategoryWord, page)
	return rest.ListOf(in.Page, words, viewPlanCategory, func(w beneficiaries.Word) []string { return []string{w.Code} }),
		err
}

type addPlanCategoryRequest struct {
	Code    string           `json:"code" validate:"required,max=40" description:"Small letters, such as housing."`
	Account ledger.AccountNo `json:"account" validate:"required,max=8" description:"The expense account that bears its cost."`
	NameEN  string           `json:"name_en" validate:"required,max=60"`
	NameDA  string           `json:"name_da" validate:"required,max=60"`
}

func addPlanCategory(ctx context.Context, tx *store.Tx, d resource.Domain,
	in addPlanCategoryRequest) (planCategoryView, error) {
	w, err := d.People.AddWord(ctx, tx, beneficiaries.Word{Kind: beneficiaries.CategoryWord, Code: in.Code,
		Account: in.Account, NameEN: in.NameEN, NameDA: in.NameDA})
	return viewPlanCategory(w), err
}

type planGoalView struct {
	Code   string `json:"code"`
	NameEN string `json:"name_en"`
	NameDA string `json:"name_da"`
}

func viewPlanGoal(w beneficiaries.Word) planGoalView { return planGoalView{w.Code, w.NameEN, w.NameDA} }

func listPlanGoals(ctx context.Context, tx *store.Tx, d resource.Domain,
	in struct{ rest.Page }) (rest.List[planGoalView], error) {
	page, err := keyset(in.Page, 1)
	if err != nil {
		return rest.List[planGoalView]{}, err
	}
	words, err := d.People.Words(ctx, tx, beneficiaries.GoalWord, page)
	return rest.ListOf(in.Page, words, viewPlanGoal, func(w beneficiaries.Word) []string { return []string{w.Code} }), err
}

type addPlanGoalRequest struct {
	Code   string `json:"code" validate:"required,max=40" description:"Small letters, such as finish_degree."`
	NameEN string `json:"name_en" validate:"required,max=60"`
	NameDA string `json:"name_da" validate:"required,max=60"`
}

func addPlanGoal(ctx context.Context, tx *store.Tx, d resource.Domain, in addPlanGoalRequest) (planGoalView, error) {
	w, err := d.People.AddWord(ctx, tx, beneficiaries.Word{Kind: beneficiaries.GoalWord, Code: in.Code, NameEN: in.NameEN,
		NameDA: in.NameDA})
	return viewPlanGoal(w), err
}
