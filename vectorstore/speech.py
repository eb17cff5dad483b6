"""The verbs that show that somebody is speaking, in Dutch and English."""

_SAYING_NL = """schat schatte schatten stelt stelde stellen zegt zei zeggen vindt vond vinden schrijft schreef schreven noemt noemde
        noemen erkent erkende erkennen benadrukt benadrukte benadrukken onderstreept onderstreepte onderstrepen wijst wees
        wijzen waarschuwt waarschuwde waarschuwen vraagt vroeg vragen vroegen wil wilde willen pleit pleitte pleiten
        verwacht verwachtte verwachten ziet zag zien meent meende menen adviseert adviseerde adviseren concludeert
        concludeerde verwijst verwees verwijzen voorspelt voorspelde betoogt betoogde beweert beweerde claimt claimde denkt
        dacht antwoordt antwoordde antwoordden meldt meldde melden meldden mist miste missen kent kende raamt raamde
        berekent berekende vreest vreesde twijfelt twijfelde hoopt hoopte steunt bepleit bepleitte plaatst plaatste spreekt
        sprak bevestigt bevestigde toont toonde constateert constateerde telde telt vond publiceerde publiceert eist eiste
        verlangt verlangde oordeelt oordeelde beschrijft beschreef onderzocht onderzoekt signaleert signaleerde presenteerde
        presenteert kondigde kondigt belooft beloofde verplicht verplichtte bepaalt verbiedt regelt haalt haalde halen legt
        legde leggen acht achtte klaagt klaagde klagen kiest koos kiezen stemt stemde hamert hamerde
        keurt keurde bekritiseert bekritiseerde prijst prees veroordeelt veroordeelde""".split()
_SAYING_EN = """estimates estimated says said states stated argues argued believes believed writes wrote calls called acknowledges
        acknowledged stresses stressed emphasises emphasised emphasizes emphasized warns warned asks asked wants wanted
        expects expected sees saw thinks thought advises advised concludes concluded refers referred claims claimed predicts
        predicted reports reported found finds notes noted recommends recommended proposes proposed published suggests""".split()

# Verbs that say something only with a word that stands further on: "roept … op", "gaat ervan uit", "hebben er weinig aan".
_SEPARABLE = (
    r"(?:roept|riep|roepen|riepen)\b(?=.{0,160}\bop\b)|(?:gaat|gaan|ging|gingen)\b(?=.{0,80}\b(?:van uit|ervan uit|uit van)\b)|"
    r"(?:raadt|raden|raadde|dringt|dringen|drong)\b(?=.{0,160}\baan\b)|"
    r"(?:heeft|hebben|had|hadden)\b(?=.{0,80}\b(?:(?:weinig|niets|veel|genoeg) aan|kritiek|bezwaar|twijfels?|zorgen)\b)"
)

SAYING_VERB = rf"(?:{'|'.join(sorted({*_SAYING_NL, *_SAYING_EN}))}|{_SEPARABLE})"
"""A pattern for a verb by which somebody takes a position, without word boundaries."""
