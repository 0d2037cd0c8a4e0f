// What searches find: query string to matches, over resources in memory.

namespace FhirHub.Search.Tests;

public class SearchEvaluatorTests
{
    private static readonly SearchParser Parser = new(SearchParameterRegistry.R4);

    private static readonly string[] Jsons =
    [
        """{'resourceType':'Patient','id':'ann','gender':'female','birthDate':'2000-05-01','name':[{'family':'Müller','given':['Ann']}],'identifier':[{'type':{'coding':[{'system':'urn:types','code':'MR'}]},'system':'urn:mr','value':'1'}],'managingOrganization':{'reference':'Organization/hospital'}}""",
        """{'resourceType':'Patient','id':'bob','gender':'male','birthDate':'2000-05','name':[{'family':'O Connor'}],'deceasedBoolean':true}""",
        """{'resourceType':'Patient','id':'cid','birthDate':'1990'}""",
        """{'resourceType':'Organization','id':'hospital','name':'General Hospital','partOf':{'reference':'Organization/region'}}""",
        """{'resourceType':'Organization','id':'region','name':'Region'}""",
        """{'resourceType':'Observation','id':'weight','status':'final','code':{'coding':[{'system':'http://loinc.org','code':'29463-7','display':'Body weight'}],'text':'Weight of the body'},'subject':{'reference':'Patient/ann'},'effectiveDateTime':'2024-05-01T10:00:00Z','valueQuantity':{'value':80,'unit':'kilogram','system':'http://unitsofmeasure.org','code':'kg'}}""",
        """{'resourceType':'Observation','id':'bp','status':'final','code':{'coding':[{'code':'85354-9'}]},'subject':{'reference':'Patient/bob','identifier':{'system':'urn:mr','value':'2'}},'effectivePeriod':{'start':'2024-05-02','end':'2024-05-03'},'component':[{'code':{'coding':[{'code':'sys'}]},'valueQuantity':{'value':120}},{'code':{'coding':[{'code':'dia'}]},'valueQuantity':{'value':80}}]}""",
        """{'resourceType':'RiskAssessment','id':'risk','status':'final','subject':{'reference':'Patient/ann'},'prediction':[{'probabilityDecimal':0.5},{'probabilityRange':{'low':{'value':0.7},'high':{'value':0.9}}}]}""",
        """{'resourceType':'ValueSet','id':'vs','status':'active','url':'http://example.org/vs/a'}""",
        """{'resourceType':'Location','id':'graz','position':{'latitude':47.07,'longitude':15.43}}""",
        """{'resourceType':'Group','id':'all','type':'person','actual':true,'member':[{'entity':{'reference':'Patient/ann'}}]}""",
    ];

    private static readonly Store Resources = new();

    [Theory]
    [InlineData("Patient", "", "ann bob cid")]
    [InlineData("Patient", "_id=ann,cid", "ann cid")]
    [InlineData("Patient", "name=mull", "ann")]
    [InlineData("Patient", "name=ULL", "")]
    [InlineData("Patient", "name:contains=ULL", "ann")]
    [InlineData("Patient", "name:exact=Müller", "ann")]
    [InlineData("Patient", "name:exact=müller", "")]
    [InlineData("Patient", "name=o%20conn", "bob")]
    [InlineData("Patient", "gender=female,male", "ann bob")]
    [InlineData("Patient", "gender=http://hl7.org/fhir/administrative-gender|male", "bob")]
    [InlineData("Patient", "gender=|male", "")]
    [InlineData("Patient", "gender:not=male", "ann cid")]
    [InlineData("Patient", "gender:missing=true", "cid")]
    [InlineData("Patient", "gender:missing=false", "ann bob")]
    [InlineData("Patient", "deceased=true", "bob")]
    [InlineData("Patient", "deceased=false", "ann cid")]
    [InlineData("Patient", "identifier=urn:mr|1", "ann")]
    [InlineData("Patient", "identifier=urn:mr|", "ann")]
    [InlineData("Patient", "identifier:of-type=urn:types|MR|1", "ann")]
    [InlineData("Patient", "identifier:of-type=urn:types|SS|1", "")]
    [InlineData("Patient", "birthdate=2000-05", "ann bob")]
    [InlineData("Patient", "birthdate=2000-05-01", "ann")]
    [InlineData("Patient", "birthdate=ne2000-05", "cid")]
    [InlineData("Patient", "birthdate=gt2000-05-01", "bob")]
    [InlineData("Patient", "birthdate=ge2000-05-01", "ann bob")]
    [InlineData("Patient", "birthdate=lt2000-05-02", "ann bob cid")]
    [InlineData("Patient", "birthdate=le1990", "cid")]
    [InlineData("Patient", "birthdate=eb2000-05-02", "ann cid")]
    [InlineData("Patient", "birthdate=sa1995", "ann bob")]
    [InlineData("Patient", "birthdate=ge2000&birthdate=lt2000-05-01", "")]
    [InlineData("Observation", "date=2024-05-01", "weight")]
    [InlineData("Observation", "date=2024-05", "bp weight")]
    [InlineData("Observation", "date=2024-05-02", "")]
    [InlineData("Observation", "date=ge2024-05-02", "bp")]
    [InlineData("Observation", "date=ge2024-05-03", "")]
    [InlineData("Observation", "date=2024-05-01T12:00:00%2B02:00", "weight")]
    [InlineData("Observation", "code=29463-7", "weight")]
    [InlineData("Observation", "code=|85354-9", "bp")]
    [InlineData("Observation", "code:text=body", "weight")]
    [InlineData("Observation", "code:text=weight", "weight")]
    [InlineData("Observation", "value-quantity=80|http://unitsofmeasure.org|kg", "weight")]
    [InlineData("Observation", "value-quantity=80000|http://unitsofmeasure.org|g", "weight")]
    [InlineData("Observation", "value-quantity=gt170|http://unitsofmeasure.org|[lb_av]", "weight")]
    [InlineData("Observation", "value-quantity=lt170|http://unitsofmeasure.org|[lb_av]", "")]
    [InlineData("Observation", "value-quantity=80||kilogram", "weight")]
    [InlineData("Observation", "value-quantity=80||kg", "weight")]
    [InlineData("Observation", "value-quantity=80", "weight")]
    [InlineData("Observation", "value-quantity=ap75", "weight")]
    [InlineData("Observation", "value-quantity=ap70", "")]
    [InlineData("Observation", "component-code-value-quantity=sys$120", "bp")]
    [InlineData("Observation", "component-code-value-quantity=sys$80", "")]
    [InlineData("Observation", "combo-code-value-quantity=dia$lt90", "bp")]
    [InlineData("Observation", "code-value-quantity=http://loinc.org|29463-7$gt70|http://unitsofmeasure.org|kg", "weight")]
    [InlineData("Observation", "subject=Patient/ann", "weight")]
    [InlineData("Observation", "subject=ann", "weight")]
    [InlineData("Observation", "patient=Group/ann", "")]
    [InlineData("Observation", "subject:identifier=urn:mr|2", "bp")]
    [InlineData("Observation", "subject:Patient.name=muller", "weight")]
    [InlineData("Observation", "subject.gender=male", "bp")]
    [InlineData("Observation", "patient.organization.partof.name=region", "weight")]
    [InlineData("Patient", "_has:Observation:patient:code=29463-7", "ann")]
    [InlineData("Patient", "_has:Group:member:_id=all", "ann")]
    [InlineData("Organization", "_has:Patient:organization:_has:Observation:patient:code=29463-7", "hospital")]
    [InlineData("RiskAssessment", "probability=0.5", "risk")]
    [InlineData("RiskAssessment", "probability=gt0.8", "risk")]
    [InlineData("RiskAssessment", "probability=sa0.6", "risk")]
    [InlineData("RiskAssessment", "probability=gt0.9", "")]
    [InlineData("ValueSet", "url=http://example.org/vs/a", "vs")]
    [InlineData("ValueSet", "url:below=http://example.org/vs", "vs")]
    [InlineData("ValueSet", "url:below=http://example.org/v", "")]
    [InlineData("ValueSet", "url:above=http://example.org/vs/a/b", "vs")]
    [InlineData("Location", "near=47|15.5|10|km", "graz")]
    [InlineData("Location", "near=47|15.5|5|km", "")]
    [InlineData("Patient", "_lastUpdated=2024-05-01", "ann bob cid")]
    [InlineData("Patient", "_lastUpdated=gt2024-05-01", "")]
    public async Task A_search_finds(string type, string query, string ids)
    {
        var parsed = await Parser.ParseAsync(new SearchRequest { ResourceType = type, Parameters = QueryString.Parse(query) }, CancellationToken.None);
        Assert.True(parsed.IsValid, string.Join('\n', parsed.Issues));
        Assert.Equal(ids, Resources.Find(parsed.Query!));
    }

    [Theory]
    [InlineData("Patient", "ann", "Observation", "weight")]
    [InlineData("Patient", "ann", "Patient", "ann")]
    [InlineData("Patient", "ann", "Group", "all")]
    [InlineData("Patient", "bob", "Observation", "bp")]
    public async Task A_compartment_holds(string compartmentType, string id, string type, string ids)
    {
        var parsed = await Parser.ParseAsync(
            new SearchRequest { ResourceType = type, Compartment = new SearchExpression.InCompartment(compartmentType, id), Parameters = [] },
            CancellationToken.None);
        Assert.Equal(ids, Resources.Find(parsed.Query!));
    }

    [Fact]
    public void Compartments_are_those_of_the_standard()
    {
        Assert.Equal(
            ["Device", "Encounter", "Patient", "Practitioner", "RelatedPerson"],
            CompartmentRules.CompartmentTypes.Order(StringComparer.Ordinal));
        Assert.Equal(["subject", "performer"], CompartmentRules.Parameters("Patient", "Observation"));
        Assert.Null(CompartmentRules.Parameters("Patient", "Medication"));
        Assert.True(CompartmentRules.MayHold("Device", "Device"));
    }

    [Theory]
    [InlineData("partof=Organization/clinic", true)]
    [InlineData("partof=Organization/other", false)]
    [InlineData("partof=clinic", true)]
    [InlineData("partof=#", false)]
    [InlineData("partof=#floor", false)]
    public async Task Inside_a_container_the_sign_of_a_fragment_alone_refers_to_it(string query, bool found)
    {
        var partOf = SearchParameterRegistry.R4.Find("Organization", "partof")!;
        var clinic = new IndexedResource("Organization", "clinic", DateTimeOffset.UnixEpoch, [])
        {
            Contained = [new IndexedResource("Organization", "ward", DateTimeOffset.UnixEpoch, [new ReferenceEntry(partOf, null, null, "#"), new ReferenceEntry(partOf, null, null, "#floor")])],
        };
        var (name, value) = query.Split('=') is [var first, var second] ? (first, second) : default;
        var parsed = await Parser.ParseAsync(
            new SearchRequest { ResourceType = "Organization", Parameters = [new(name, value), new("_contained", "true")] },
            CancellationToken.None);
        Assert.Equal(found, new SearchEvaluator(SearchParameterRegistry.R4, Resources).Matches(clinic, parsed.Query!));
    }

    private sealed class Store : IResourceLookup
    {
        private readonly List<IndexedResource> _all;

        public Store() => _all =
        [
            .. Jsons.Select(json =>
            {
                var root = Tests.Resources.Parse(json);
                return new IndexedResource(
                    root.Type.Name, root.ChildValue("id")!, new DateTimeOffset(2024, 5, 1, 8, 0, 0, TimeSpan.Zero), Tests.Resources.Extractor.Extract(root).Entries);
            }),
        ];

        public string Find(SearchQuery query)
        {
            var evaluator = new SearchEvaluator(SearchParameterRegistry.R4, this);
            return string.Join(' ', _all.Where(r => evaluator.Matches(r, query)).Select(r => r.Id).Order(StringComparer.Ordinal));
        }

        public IndexedResource? Find(string type, string id) => _all.Find(r => r.Type == type && r.Id == id);

        public IEnumerable<IndexedResource> FindByUrl(string url) =>
            _all.Where(r => r.Entries.OfType<UriEntry>().Any(u => u.Parameter.Code == "url" && u.Uri == url));

        public IEnumerable<IndexedResource> All(string type) => _all.Where(r => r.Type == type);
    }
}
