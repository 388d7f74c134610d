from django.urls import path

from kepuyue.editions.views import branches, hub, main_venue, public, vocabulary

app_name = "editions"
HERE = "desk/edition/<slug:edition>/"
TAXONOMY = f"{HERE}taxonomies/<slug:code>/"
TERM = f"{TAXONOMY}terms/<slug:term>/"
PLAN = "desk/plans/<slug:edition>/<slug:unit>/"
urlpatterns = [
    path("notice/", public.notice, name="notice"),
    path("notice/<slug:code>/", public.paper, name="paper"),
    path("marks/<slug:edition>/<slug:code>.png", public.mark_picture, name="mark-picture"),
    path("main-venue/<slug:edition>/plan.png", public.main_venue_plan, name="main-venue-plan"),
    path("desk/edition/", hub.edition, name="edition"),
    path(HERE, hub.hub, name="hub"),
    path(f"{HERE}names/", hub.names, name="names"),
    path(f"{HERE}dates/", hub.dates, name="dates"),
    path(f"{HERE}extensions/", hub.extensions, name="extensions"),
    path(f"{HERE}extensions/<int:pk>/end/", hub.extension_end, name="extension-end"),
    path(f"{HERE}next/", hub.renewals, name="renewals"),
    path(f"{HERE}current/", hub.current, name="current"),
    path(f"{HERE}export/", hub.export, name="export"),
    path(f"{HERE}taxonomies/", vocabulary.taxonomies, name="taxonomies"),
    path(f"{HERE}new-taxonomy/", vocabulary.taxonomy_new, name="taxonomy-new"),
    path(TAXONOMY, vocabulary.taxonomy, name="taxonomy"),
    path(f"{TAXONOMY}move/", vocabulary.taxonomy_move, name="taxonomy-move"),
    path(f"{TAXONOMY}new-term/", vocabulary.term_new, name="term-new"),
    path(TERM, vocabulary.term, name="term"),
    path(f"{TERM}merge/", vocabulary.term_merge, name="term-merge"),
    path(f"{TERM}retirement/", vocabulary.term_retire, name="term-retirement"),
    path(f"{TERM}deletion/", vocabulary.term_delete, name="term-deletion"),
    path(f"{TERM}move/", vocabulary.term_move, name="term-move"),
    path(f"{HERE}rules/", vocabulary.rules, name="rules"),
    path(f"{HERE}marks/", vocabulary.marks, name="marks"),
    path(f"{HERE}new-mark/", vocabulary.mark, name="mark-new"),
    path(f"{HERE}marks/<slug:code>/", vocabulary.mark, name="mark"),
    path(f"{HERE}marks/<slug:code>/deletion/", vocabulary.mark_delete, name="mark-deletion"),
    path(f"{HERE}papers/", vocabulary.papers, name="papers"),
    path(f"{HERE}new-paper/", vocabulary.paper, name="paper-new"),
    path(f"{HERE}papers/<slug:code>/", vocabulary.paper, name="paper-edit"),
    path(f"{HERE}papers/<slug:code>/deletion/", vocabulary.paper_delete, name="paper-deletion"),
    path(f"{HERE}synonyms/", vocabulary.synonyms, name="synonyms"),
    path(f"{HERE}main-venue/", main_venue.hub, name="main-venue"),
    path(f"{HERE}main-venue/<slug:part>/new/", main_venue.part, name="main-venue-part-new"),
    path(f"{HERE}main-venue/<slug:part>/<slug:code>/", main_venue.part, name="main-venue-part"),
    path(
        f"{HERE}main-venue/<slug:part>/<slug:code>/deletion/",
        main_venue.part_delete,
        name="main-venue-part-deletion",
    ),
    path(f"{HERE}plans/", branches.plans, name="plans"),
    path(f"{HERE}reminders/", branches.reminders, name="reminders"),
    path("desk/plans/", branches.own_plans, name="own-plans"),
    path(PLAN, branches.plan, name="plan"),
    path(f"{PLAN}file/", branches.plan_file, name="plan-file"),
    path(f"{PLAN}sub-theme/", branches.sub_theme, name="sub-theme"),
    path(f"{PLAN}filing/", branches.plan_decision, {"verb": "filing"}, name="plan-filing"),
    path(f"{PLAN}withdrawal/", branches.plan_decision, {"verb": "withdrawal"}, name="plan-withdrawal"),
    path(f"{PLAN}acceptance/", branches.plan_decision, {"verb": "acceptance"}, name="plan-acceptance"),
    path(f"{PLAN}return/", branches.plan_decision, {"verb": "return"}, name="plan-return"),
]
