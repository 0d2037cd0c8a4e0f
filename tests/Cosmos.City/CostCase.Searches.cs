// The classes of search whose requests are counted.

using FhirHub.Model;
using FhirHub.Search;

namespace FhirHub.Cosmos.City;

/// <content>Searches.</content>
public sealed partial record CostCase
{
    private static IEnumerable<CostCase> Searches()
    {
        yield return Search("one patient's, by token", "Observation?patient=Patient/p3&code=http://loinc.org|8302-2");
        yield return Search("one patient's, by date", "Observation?patient=Patient/p3&date=ge2024-03-03");
        yield return Search("one patient's, by code and date", "Observation?patient=Patient/p3&code=http://loinc.org|8302-2&date=ge2024-03-03");
        yield return Search("one patient's, by several", "Observation?patient=Patient/p3&code=8302-2&category=vital-signs&status=final&value-quantity=gt100");
        yield return Search("one patient's, sorted by date", "Observation?patient=Patient/p3&_sort=-date&_count=3");
        yield return Search("one patient's, with the total", "Observation?patient=Patient/p3&_total=accurate&_count=3");
        yield return Next("one patient's, next page", "Observation?patient=Patient/p3&_count=2");
        yield return Search("by `_id`", "Patient?_id=p3");
        yield return Search("by `_id`, several", "Patient?_id=p3,p4,p5");
        yield return Search("by identifier across patients", "Patient?identifier=urn:card|card-5");
        yield return Search("by name", "Patient?name=Family6");
        yield return Search("by name and birth date", "Patient?name=Family6&birthdate=1956-05-01");
        yield return Search("of a type outside compartments", "Organization?name=Riverside");
        yield return Search("unselective, first page", "Observation?code=http://loinc.org|8302-2&_count=5");
        yield return Next("unselective, next page", "Observation?code=http://loinc.org|8302-2&_count=5");
        yield return Search("unselective, sorted", "Observation?code=http://loinc.org|8302-2&_sort=-date&_count=5");
        yield return Search("unselective, with the total", "Observation?code=http://loinc.org|8302-2&_total=accurate&_count=5");
        yield return Search("total of a type", "Observation?_summary=count");
        yield return Search("`_include`", "Observation?patient=Patient/p3&_include=Observation:encounter");
        yield return Search("`_revinclude`", "Patient?_id=p3&_revinclude=Condition:patient");
        yield return Search("chain", "Observation?subject:Patient.name=Family6&_count=5");
        yield return Search("`_has`", "Patient?_has:Condition:patient:code=http://snomed.info/sct|38341003&_count=5");
        yield return Search("full text", "Condition?_content=hypertension&_count=5");
        yield return new("a patient's `$everything`", EverythingAsync);
    }

    private static CostCase Search(string name, string search) => new(name, (CityStore city, CancellationToken cancel) => city.SearchAsync(search, cancel));

    private static CostCase Next(string name, string search) => new(name, async (city, cancel) =>
    {
        var query = await city.ParseAsync(search, cancel);
        var page = await city.Store.SearchAsync(AccessScope.Full, query, cancel);
        return () => city.Store.SearchAsync(AccessScope.Full, query with { Cursor = page.Next }, cancel);
    });

    // The server asks type by type, so that each has an order and a cursor of its own.
    private static async Task EverythingAsync(CityStore city, CancellationToken cancel)
    {
        var patient = new SearchExpression.InCompartment("Patient", "p3");
        foreach (var type in Schema.R4.ResourceTypes.Select(static type => type.Name).Where(static type => CompartmentRules.MayHold("Patient", type)))
            await city.Store.SearchAsync(AccessScope.Full, new SearchQuery { ResourceTypes = [type], Expression = patient, Count = 50 }, cancel);
    }
}
