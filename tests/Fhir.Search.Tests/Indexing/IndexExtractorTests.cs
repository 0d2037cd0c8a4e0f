// What each data type becomes in the index (the tables of R4 search.html).

namespace FhirHub.Search.Tests;

public class IndexExtractorTests
{
    private const long Day = 86_400_000_000;

    private static T One<T>(string json, string code)
        where T : IndexEntry => Assert.IsType<T>(Assert.Single(Resources.Extract(json, code)));

    private static long Utc(string instant) => DateRange.Of(DateTimeOffset.Parse(instant));

    [Fact]
    public void A_CodeableConcept_gives_a_token_for_each_coding_and_one_for_its_text()
    {
        var entries = Resources.Extract(
            """{'resourceType':'Observation','status':'final','code':{'coding':[{'system':'http://loinc.org','code':'8480-6','display':'Systolic  BP'},{'code':'x'}],'text':'Blood Préssure'}}""",
            "code");
        var parameter = SearchParameterRegistry.R4.Find("Observation", "code")!;
        Assert.Equal(
            [
                new TokenEntry(parameter, "http://loinc.org", "8480-6", "systolic bp"),
                new TokenEntry(parameter, null, "x"),
                new TokenEntry(parameter, null, null, "blood pressure"),
            ],
            entries);
    }

    [Fact]
    public void A_code_has_the_system_of_its_value_set()
    {
        var entry = One<TokenEntry>("""{'resourceType':'Patient','gender':'female'}""", "gender");
        Assert.Equal(("http://hl7.org/fhir/administrative-gender", "female"), (entry.System, entry.Code));
    }

    [Fact]
    public void A_boolean_is_a_token_of_special_values()
    {
        var entry = One<TokenEntry>("""{'resourceType':'Patient','active':true}""", "active");
        Assert.Equal(("http://terminology.hl7.org/CodeSystem/special-values", "true"), (entry.System, entry.Code));
    }

    [Fact]
    public void An_identifier_keeps_its_type()
    {
        var entry = One<TokenEntry>(
            """{'resourceType':'Patient','identifier':[{'type':{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/v2-0203','code':'MR'}]},'system':'urn:oid:1.2','value':'4711'}]}""",
            "identifier");
        Assert.Equal(("urn:oid:1.2", "4711"), (entry.System, entry.Code));
        Assert.Equal(("http://terminology.hl7.org/CodeSystem/v2-0203", "MR"), entry.IdentifierType);
        Assert.True(entry.IsMostlyUnique);
    }

    [Fact]
    public void A_contact_point_is_found_by_its_value_and_only_by_the_parameters_of_its_system()
    {
        const string json = """{'resourceType':'Patient','telecom':[{'system':'phone','value':'555','use':'home'},{'system':'email','value':'a@b.c'}]}""";
        Assert.Equal("555", One<TokenEntry>(json, "phone").Code);
        Assert.Equal("a@b.c", One<TokenEntry>(json, "email").Code);
        Assert.Equal(["555", "a@b.c"], Resources.Extract(json, "telecom").Cast<TokenEntry>().Select(e => e.Code));
    }

    [Fact]
    public void A_name_gives_each_of_its_parts()
    {
        var entries = Resources.Extract(
            """{'resourceType':'Patient','name':[{'family':'Müller','given':['Ana María','Ana María'],'text':'张伟'}]}""", "name");
        Assert.Equal(["muller", "ana maria", "张伟"], entries.Cast<StringEntry>().Where(e => e.Reading == NameReading.None).Select(e => e.Folded));
        Assert.Equal("Müller", ((StringEntry)entries[0]).Exact);
    }

    [Fact]
    public void An_address_gives_each_of_its_parts()
    {
        var entries = Resources.Extract(
            """{'resourceType':'Patient','address':[{'line':['1 Main St','Flat 2'],'city':'Graz','postalCode':'8010','country':'AT'}]}""", "address");
        Assert.Equal(["1 main st", "flat 2", "graz", "at", "8010"], entries.Cast<StringEntry>().Select(e => e.Folded));
    }

    [Theory]
    [InlineData("1970", "1970-01-01T00:00:00Z", "1971-01-01T00:00:00Z")]
    [InlineData("2024-02", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z")]
    [InlineData("2024-02-29", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z")]
    [InlineData("2024-05-01T10:30:00+02:00", "2024-05-01T08:30:00Z", "2024-05-01T08:30:01Z")]
    [InlineData("2024-05-01T10:30:00.5Z", "2024-05-01T10:30:00.5Z", "2024-05-01T10:30:00.6Z")]
    [InlineData("2024-05-01T10:30:00.123456789Z", "2024-05-01T10:30:00.123456Z", "2024-05-01T10:30:00.123457Z")]
    public void A_date_covers_its_precision(string date, string from, string until)
    {
        var entry = One<DateEntry>($$"""{'resourceType':'Observation','status':'final','code':{},'effectiveDateTime':'{{date}}'}""", "date");
        Assert.Equal((Utc(from), Utc(until) - 1), (entry.Low, entry.High));
    }

    [Fact]
    public void A_period_without_an_end_is_open()
    {
        var entry = One<DateEntry>(
            """{'resourceType':'Encounter','status':'finished','class':{'code':'AMB'},'period':{'start':'2024-05-01'}}""", "date");
        Assert.Equal((Utc("2024-05-01T00:00:00Z"), long.MaxValue), (entry.Low, entry.High));
    }

    [Fact]
    public void A_timing_gives_its_outer_limits()
    {
        var entry = One<DateEntry>(
            """{'resourceType':'ServiceRequest','status':'active','intent':'order','subject':{'reference':'Patient/1'},'occurrenceTiming':{'event':['2024-05-03','2024-05-01']}}""",
            "occurrence");
        Assert.Equal((Utc("2024-05-01T00:00:00Z"), Utc("2024-05-01T00:00:00Z") + (3 * Day) - 1), (entry.Low, entry.High));
    }

    [Fact]
    public void A_quantity_is_kept_as_written_and_in_canonical_units()
    {
        var entry = One<QuantityEntry>(
            """{'resourceType':'Observation','status':'final','code':{},'valueQuantity':{'value':80.0,'unit':'kilo','system':'http://unitsofmeasure.org','code':'kg'}}""",
            "value-quantity");
        Assert.Equal((80.0m, "http://unitsofmeasure.org", "kg", "kilo"), (entry.Value, entry.System, entry.Code, entry.Unit));
        Assert.Equal(("g", 80000m), (entry.CanonicalUnits, entry.Canonical.Value));
        Assert.Equal((80m, 80m), (entry.Low, entry.High));
    }

    [Fact]
    public void A_comparator_opens_a_quantity()
    {
        var entry = One<QuantityEntry>(
            """{'resourceType':'Observation','status':'final','code':{},'valueQuantity':{'value':5,'comparator':'<'}}""", "value-quantity");
        Assert.Equal((decimal.MinValue, 5m), (entry.Low, entry.High));
        Assert.Null(entry.CanonicalUnits);
    }

    [Fact]
    public void Sampled_data_covers_its_samples()
    {
        var entry = One<QuantityEntry>(
            """{'resourceType':'Observation','status':'final','code':{},'valueSampledData':{'origin':{'value':10,'system':'http://unitsofmeasure.org','code':'mV'},'period':10,'factor':2,'dimensions':1,'data':'-1 E 3 U'}}""",
            "value-quantity");
        Assert.Equal((8m, 16m), (entry.Low, entry.High));
    }

    [Fact]
    public void Money_has_the_system_of_currencies()
    {
        var entry = One<QuantityEntry>(
            """{'resourceType':'Invoice','status':'issued','totalGross':{'value':12.50,'currency':'EUR'}}""", "totalgross");
        Assert.Equal(("urn:iso:std:iso:4217", "EUR", 12.5m), (entry.System, entry.Code, entry.Value));
    }

    [Fact]
    public void A_number_is_a_point()
    {
        var entry = One<NumberEntry>(
            """{'resourceType':'RiskAssessment','status':'final','subject':{'reference':'Patient/1'},'prediction':[{'probabilityDecimal':0.20}]}""",
            "probability");
        Assert.Equal((0.2m, 0.2m, 0.2m), (entry.Low, entry.High, entry.Value));
    }

    [Theory]
    [InlineData("Patient/1", "Patient", "1", null, null)]
    [InlineData("Patient/1/_history/3", "Patient", "1", "3", null)]
    [InlineData("http://hub.example/fhir/Patient/1", "Patient", "1", null, null)]
    [InlineData("http://other.example/fhir/Patient/1", null, null, null, "http://other.example/fhir/Patient/1")]
    [InlineData("http://other.example/fhir/Patient/1/_history/2", null, null, "2", "http://other.example/fhir/Patient/1")]
    [InlineData("http://hub.example/fhirx/Patient/1", null, null, null, "http://hub.example/fhirx/Patient/1")]
    [InlineData("urn:uuid:0b4b8a28-1b5d-4a5e-8a3f-1a2b3c4d5e6f", null, null, null, "urn:uuid:0b4b8a28-1b5d-4a5e-8a3f-1a2b3c4d5e6f")]
    [InlineData("#p", null, null, null, "#p")]
    public void A_reference_is_local_or_a_URL(string reference, string? type, string? id, string? version, string? url)
    {
        var entry = One<ReferenceEntry>(
            $$$"""{'resourceType':'Observation','status':'final','code':{},'subject':{'reference':'{{{reference}}}'}}""", "subject");
        Assert.Equal((type, id, version, url), (entry.Type, entry.Id, entry.Version, entry.Url));
    }

    [Theory]
    [InlineData("'reference':'Patient/1'", 1)]
    [InlineData("'reference':'Group/1'", 0)]
    [InlineData("'reference':'http://other.example/Patient/1'", 1)]
    [InlineData("'reference':'#p'", 1)]
    [InlineData("'reference':'#g'", 0)]
    [InlineData("'reference':'urn:uuid:0b4b8a28-1b5d-4a5e-8a3f-1a2b3c4d5e6f','type':'Patient'", 1)]
    [InlineData("'type':'Group','identifier':{'value':'5'}", 0)]
    [InlineData("'identifier':{'value':'5'}", 1)]
    public void The_patient_parameter_takes_references_to_patients_only(string reference, int count)
    {
        var entries = Resources.Extract(
            $$$"""{'resourceType':'Observation','contained':[{'resourceType':'Patient','id':'p'},{'resourceType':'Group','id':'g','type':'person','actual':true}],'status':'final','code':{},'subject':{{{{reference}}}}}""",
            "patient");
        Assert.Equal(count, entries.Count);
    }

    [Fact]
    public void The_identifier_of_a_reference_is_kept()
    {
        var entry = One<ReferenceEntry>(
            """{'resourceType':'Observation','status':'final','code':{},'subject':{'identifier':{'system':'urn:x','value':'5'}}}""", "subject");
        Assert.Equal(("urn:x", "5", null, null), (entry.IdentifierSystem, entry.IdentifierValue, entry.Id, entry.Url));
    }

    [Fact]
    public void A_canonical_is_parted_from_its_version()
    {
        var entry = One<ReferenceEntry>(
            """{'resourceType':'QuestionnaireResponse','status':'completed','questionnaire':'http://example.org/q|2.0'}""", "questionnaire");
        Assert.Equal(("http://example.org/q", "2.0"), (entry.Url, entry.Version));
    }

    [Fact]
    public void Meta_is_searchable()
    {
        const string json =
            """{'resourceType':'Patient','meta':{'profile':['http://example.org/p|1'],'source':'urn:s','tag':[{'system':'urn:t','code':'a'}],'security':[{'code':'R'}]}}""";
        Assert.Equal(["http://example.org/p|1", "http://example.org/p"], Resources.Extract(json, "_profile").Cast<UriEntry>().Select(e => e.Uri));
        Assert.Equal("urn:s", One<UriEntry>(json, "_source").Uri);
        Assert.Equal("a", One<TokenEntry>(json, "_tag").Code);
        Assert.Equal("R", One<TokenEntry>(json, "_security").Code);
    }

    [Fact]
    public void A_composite_pairs_values_of_one_element()
    {
        var entries = Resources.Extract(
            """
            {'resourceType':'Observation','status':'final','code':{'coding':[{'code':'bp'}]},'component':[
              {'code':{'coding':[{'code':'sys'}],'text':'x'},'valueQuantity':{'value':120}},
              {'code':{'coding':[{'code':'dia'}]},'valueQuantity':{'value':80}},
              {'code':{'coding':[{'code':'none'}]}}]}
            """,
            "component-code-value-quantity");
        Assert.Equal(
            [("sys", 120m), ("dia", 80m)],
            entries.Cast<CompositeEntry>().Select(e => (((TokenEntry)e.Components[0]).Code, ((QuantityEntry)e.Components[1]).Value)));
    }

    [Fact]
    public void A_composite_may_look_beyond_its_element()
    {
        var entry = One<CompositeEntry>(
            """{'resourceType':'MolecularSequence','coordinateSystem':0,'referenceSeq':{'chromosome':{'coding':[{'code':'7'}]},'windowStart':1,'windowEnd':9},'variant':[{'start':3,'end':4}]}""",
            "chromosome-variant-coordinate");
        Assert.Equal("7", ((TokenEntry)entry.Components[0]).Code);
        Assert.Equal(3m, ((NumberEntry)entry.Components[1]).Value);
    }

    [Fact]
    public void A_location_has_a_position()
    {
        var entry = One<PositionEntry>("""{'resourceType':'Location','position':{'latitude':47.07,'longitude':15.43}}""", "near");
        Assert.Equal((47.07, 15.43), (entry.Latitude, entry.Longitude));
    }

    [Fact]
    public void A_message_leads_to_its_first_entry()
    {
        var entry = One<ReferenceEntry>(
            """{'resourceType':'Bundle','type':'document','entry':[{'resource':{'resourceType':'Composition','id':'c'}},{'resource':{'resourceType':'Patient','id':'p'}}]}""",
            "composition");
        Assert.Equal(("Composition", "c"), (entry.Type, entry.Id));
    }

    [Fact]
    public void Equal_values_are_indexed_once()
    {
        var entries = Resources.Extract(
            """{'resourceType':'Patient','name':[{'given':['Ann']},{'given':['Ann'],'text':'Ann'}]}""", "name");
        Assert.Single(entries);
    }

    [Fact]
    public void Local_references_of_many_repetitions_have_each_its_place()
    {
        var parts = string.Join(',', Enumerable.Range(0, 3_000).Select(static i =>
            $"{{'url':'urn:x','extension':[{{'url':'a','valueInteger':1}},{{'url':'b','valueReference':{{'reference':'Device/{i}'}}}}]}}"));
        var (_, references) = Resources.Extractor.Extract(Resources.Parse(
            $"{{'resourceType':'Basic','extension':[{parts}],'code':{{}},'author':{{'reference':'Patient/1'}}}}"));
        Assert.Equal(3_001, references.Count);
        Assert.Equal(new LocalReference("Basic.extension[2999].extension[1].value", "Device", "2999"), references[2_999]);
        Assert.Equal(new LocalReference("Basic.author", "Patient", "1"), references[3_000]);
    }

    [Fact]
    public void Local_references_are_listed_wherever_they_are()
    {
        var (_, references) = Resources.Extractor.Extract(Resources.Parse(
            """
            {'resourceType':'Observation','contained':[{'resourceType':'Specimen','id':'s','subject':{'reference':'Patient/2'}}],
             'extension':[{'url':'urn:x','valueReference':{'reference':'Device/3'}}],'status':'final','code':{},
             'subject':{'reference':'Patient/1'},'performer':[{'reference':'http://other.example/Practitioner/9'},{'reference':'Practitioner/4/_history/1'}]}
            """));
        Assert.Equal(
            [
                new LocalReference("Observation.contained[0].subject", "Patient", "2"),
                new LocalReference("Observation.extension[0].value", "Device", "3"),
                new LocalReference("Observation.subject", "Patient", "1"),
                new LocalReference("Observation.performer[1]", "Practitioner", "4"),
            ],
            references);
    }

    [Fact]
    public void A_time_is_the_same_however_its_JSON_is_escaped()
    {
        var plain = One<DateEntry>("""{'resourceType':'TestReport','issued':'2026-11-22T10:00:00.5+08:00'}""", "issued");
        var escaped = One<DateEntry>("""{'resourceType':'TestReport','issued':'2026-11-22T10:00:00.5\u002B08:00'}""", "issued");
        Assert.Equal((plain.Low, plain.High), (escaped.Low, escaped.High));
    }

    [Theory]
    [InlineData("2024-05-10", "2024-05-01")]
    [InlineData("2024-05-01", "2024-05-10")]
    public void A_period_covers_what_lies_between_its_ends_also_the_wrong_way_round(string start, string end)
    {
        var entry = Assert.IsType<DateEntry>(Assert.Single(Resources.Extract($"{{'resourceType':'Encounter','period':{{'start':'{start}','end':'{end}'}}}}", "date")));

        Assert.True(DateRange.TryParse("2024-05-01", out var first));
        Assert.True(DateRange.TryParse("2024-05-10", out var last));
        Assert.Equal((first.Low, last.High), (entry.Low, entry.High));
    }
}
