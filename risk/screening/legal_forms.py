"""Legal forms of firms, as registers and their abbreviations write them (ISO 20275, the forms in common use).

All in small ASCII letters, as `writing` makes them.
"""

# Each line is one form as registers write it; several words are one form.
LEGAL_PHRASES: dict[str, str] = {
    phrase: form
    for form, phrases in {
        "limited": (
            "limited liability company|limited company|private limited|private limited company|pte ltd|pty ltd|pvt ltd|co ltd|"
            "company limited|company ltd|pte limited|pty limited|pvt limited|sdn bhd|limited liability partnership|"
            "obshchestvo s ogranichennoi otvetstvennostyu|obschestvo s ogranichennoy otvetstvennostyu|"
            "obshchestvo s ogranichennoy otvetstvennostyu|obshestvo s ogranichennoj otvetstvennostju|"
            "tovarystvo z obmezhenoyu vidpovidalnistyu|tovarishchestvo s ogranichennoi otvetstvennostyu|"
            "gesellschaft mit beschrankter haftung|gmbh and co kg|gmbh co kg|sociedade limitada|sociedad limitada|"
            "sociedad de responsabilidad limitada|societe a responsabilite limitee|societa a responsabilita limitata|"
            "s de rl de cv|s de r l de c v|s de rl|sp z oo|spolka z ograniczona odpowiedzialnoscia|spol s ro|d o o|s r o|"
            "besloten vennootschap|limited sirketi|ltd sti|limited by shares|youxian gongsi|kabushiki gaisha|"
            "one person company|limitada me|eireli me|tavarystva z abmezhavanay adkaznastsyu|"
            "obschestvo s ogranichennoi otvetstvennostyu|obshchestvo s ogranichennoi otvetstvennostiu|"
            "tovarystvo z obmezhenoiu vidpovidalnistiu|limited liability partnership company"
        ),
        "stock": (
            "joint stock company|open joint stock company|public joint stock company|closed joint stock company|"
            "private joint stock company|jsc|public limited company|public company limited|"
            "aktsionernoe obshchestvo|aktsionernoye obshchestvo|otkrytoe aktsionernoe obshchestvo|"
            "otkrytoye aktsionernoye obshchestvo|zakrytoe aktsionernoe obshchestvo|zakrytoye aktsionernoye obshchestvo|"
            "publichnoe aktsionernoe obshchestvo|publichnoye aktsionernoye obshchestvo|"
            "sociedad anonima|sociedade anonima|societe anonyme|societa per azioni|sa de cv|s a de c v|"
            "sociedad anonima de capital variable|naamloze vennootschap|anonim sirketi|private stock company|"
            "societe par actions simplifiee|societas europaea|share company|"
            "aktsionerne tovarystvo|publichne aktsionerne tovarystvo|pryvatne aktsionerne tovarystvo|"
            "vidkryte aktsionerne tovarystvo|aktsionernoe obschestvo|otkrytoe aktsionernoe obschestvo|"
            "zakrytoe aktsionernoe obschestvo|publichnoe aktsionernoe obschestvo|nepublichnoe aktsionernoe obshchestvo|"
            "adkrytae aktsyyanernae tavarystva|zakrytae aktsyyanernae tavarystva|open stock company"
        ),
        "npo": (
            "scientific production association|scientific and production association|research and production association|"
            "research production association|nauchno proizvodstvennoe obedinenie|nauchno proizvodstvennoye obyedineniye|"
            "nauchno proizvodstvennoe obyedinenie"
        ),
        "npp": (
            "scientific production enterprise|scientific and production enterprise|research and production enterprise|"
            "research production enterprise|scientific production company|nauchno proizvodstvennoe predpriyatie|"
            "nauchno proizvodstvennoye predpriyatiye"
        ),
        "corporation": "public benefit corporation|professional corporation|general partnership|limited partnership",
        "state": "federal state unitary enterprise|state unitary enterprise|federalnoe gosudarstvennoe unitarnoe predpriyatie",
    }.items()
    for phrase in phrases.split("|")
}

_LEGAL = """
    ltd limited llc llp lllp lp inc incorporated corp corporation plc pllc pc co company companies gmbh mbh ag kg kgaa ug ohg
    gbr ev sa sas sasu sarl sprl srl spa snc sapa sl slu sc scs sca sau ltda eireli epp sicav bv nv cv vof cva bvba ab oy oyj as
    asa aps ks hb kft zrt nyrt kkt rt bt sro doo dd ad ood eood ead ooo oao zao pao ao too tov vat pat prat jsc ojsc cjsc
    pjsc jscb
    oojsc psc pjs sp zoo spzoo sti pte pty pvt bhd sdn tbk pt cia cie kk yk gk gie ei eurl fzc fze fzco fzllc dmcc wll bsc saoc
    saog qsc kscc ksc sal shpk osc plcc unltd ulc dba se eeig gp cic cio scrl coop eg fgup gup mup chup
    npo npp sarlu ltee lte lda unipessoal ek eingetragener ev pma limitada
"""
LEGAL = frozenset(_LEGAL.split()) - {"sc", "ei"}
