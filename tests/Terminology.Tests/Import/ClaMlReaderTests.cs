// ClaML: classifications as WHO and others publish them.

using FhirHub.Model;
using FhirHub.Terminology.Import;

namespace FhirHub.Terminology.Tests.Import;

public sealed class ClaMlReaderTests
{
    private const string Start = """
        <?xml version="1.0" encoding="UTF-8"?>
        <!DOCTYPE ClaML SYSTEM "ClaML.dtd" [<!ENTITY x SYSTEM "file:///etc/hostname">]>
        """;

    private const string Classes = """
        <ClaML version="2.0.0">
          <Meta name="lang" value="en"/>
          <Identifier authority="WHO" uid="icd10"/>
          <Title date="2019-01-01" name="ICD-10" version="2019">ICD-10 Version 2019</Title>
          <ClassKinds><ClassKind name="chapter"/></ClassKinds>
          <Modifier code="S04"><SubClass code=".0"/><Rubric kind="text"><Label>x</Label></Rubric></Modifier>
          <ModifierClass modifier="S04" code=".0"><SuperClass code="S04"/><Rubric kind="preferred"><Label xml:lang="en">With coma</Label></Rubric></ModifierClass>
          <ModifierClass modifier="S04" code=".9"><SuperClass code="S04"/><Rubric kind="preferred"><Label xml:lang="en">Without complications</Label></Rubric></ModifierClass>
          <Class code="IV" kind="chapter"><SubClass code="E10-E14"/><Rubric kind="preferred"><Label xml:lang="en">Metabolic diseases</Label></Rubric></Class>
          <Class code="E10-E14" kind="block"><SuperClass code="IV"/><Rubric kind="preferred"><Label xml:lang="en">Diabetes mellitus</Label></Rubric></Class>
          <Class code="E10" kind="category">
            <SuperClass code="E10-E14"/>
            <ModifiedBy code="S04"/>
            <Rubric kind="preferred"><Label xml:lang="en" xml:space="default">Type 1 diabetes mellitus</Label></Rubric>
            <Rubric kind="inclusion"><Label xml:lang="en">diabetes (mellitus): <Fragment>juvenile-onset</Fragment></Label></Rubric>
            <Rubric kind="exclusion"><Label xml:lang="en">neonatal <Reference class="in brackets">P70.2</Reference></Label></Rubric>
            <Rubric kind="definition"><Label xml:lang="en"><Para>A disease.</Para></Label></Rubric>
          </Class>
          <Class code="E11" kind="category">
            <SuperClass code="E10-E14"/>
            <ModifiedBy code="S04"><ValidModifierClass code=".9"/></ModifiedBy>
            <Rubric kind="preferred"><Label xml:lang="en">Type 2 diabetes mellitus</Label></Rubric>
          </Class>
        </ClaML>
        """;

    [Fact]
    public void Classes_have_labels_and_a_hierarchy()
    {
        using var release = new SmallRelease().Add("icd10.xml", Start + Classes);
        var table = release.Read();
        Assert.Equal("http://hl7.org/fhir/sid/icd-10", table.Header.Url);
        Assert.Equal("2019", table.Header.Version);
        Assert.Equal("en", table.Header.Language);
        var e10 = table.Find("E10");
        Assert.Equal("Type 1 diabetes mellitus", table.Display(e10));
        Assert.Equal("A disease.", table.Definition(e10));
        Assert.True(table.Subsumes(table.Find("IV"), e10));
        Assert.Equal(["category"], table.PropertyTexts(e10, "kind"));
        Assert.Equal(["neonatal (P70.2)"], table.PropertyTexts(e10, "exclusion"));
        Assert.Contains(table.Designations(e10), one => one is { Value: "diabetes (mellitus): juvenile-onset", Use.Code: "inclusion", Language: "en" });
    }

    [Fact]
    public void Modifiers_make_the_classes_that_are_not_spelled_out()
    {
        using var release = new SmallRelease().Add("icd10.xml", Start + Classes);
        var table = release.Read();
        Assert.Equal("Type 1 diabetes mellitus: With coma", table.Display(table.Find("E10.0")));
        Assert.True(table.Subsumes(table.Find("E10"), table.Find("E10.9")));
        Assert.Equal(-1, table.Find("E11.0"));
        Assert.Equal("Type 2 diabetes mellitus: Without complications", table.Display(table.Find("E11.9")));
    }

    [Fact]
    public void What_a_document_type_declares_is_never_read()
    {
        using var release = new SmallRelease().Add("icd10.xml", Start + Classes.Replace("A disease.", "&x;", StringComparison.Ordinal));
        Assert.Equal("invalid", Assert.Throws<TerminologyException>(() => release.Read()).Code);
    }

    [Fact]
    public void An_unknown_classification_asks_for_its_system()
    {
        using var release = new SmallRelease().Add("x.xml", Start + Classes.Replace("ICD-10", "Our own", StringComparison.Ordinal));
        Assert.Contains("say the system", Assert.Throws<TerminologyException>(() => release.Read()).Message, StringComparison.Ordinal);
        Assert.Equal("http://example.org/own", release.Read(new ReleaseOptions { System = "http://example.org/own" }).Header.Url);
    }
}
