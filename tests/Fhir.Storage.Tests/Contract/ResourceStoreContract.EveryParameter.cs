// Every search parameter of R4 is asked for a value that a resource has, and the resource is found.

using System.Text;
using FhirHub.Search;

namespace FhirHub.Storage.Tests.Contract;

public abstract partial class ResourceStoreContract
{
    // What has no values in a resource: the words of full-text search are not extracted, and R4 names no query for _query.
    private static readonly string[] s_withoutValues = ["_content", "_query", "_text"];

    [Fact]
    public async Task Every_search_parameter_finds_a_resource_by_its_value()
    {
        var found = FoundValues.Collect();
        for (var i = 0; i < found.Resources.Count; i += 100)
        {
            var writes = found.Resources.Skip(i).Take(100).Select((resource, n) => new PutResource(
                new ResourceKey(resource.Type, $"e{i + n}"), GeneratedResource.Prepare(Encoding.UTF8.GetString(resource.Json)), WriteMethod.Put));
            Assert.Equal(CommitFailure.None, (await CommitAsync([.. writes])).Failure);
        }

        var parser = new SearchParser(SearchParameterRegistry.R4);
        var failures = new List<string>();
        var (byExample, generated) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var parameter in SearchParameterRegistry.R4.All)
        {
            var value = found.Values.GetValueOrDefault(parameter.Key);
            var number = value?.Resource ?? found.Resources.FindIndex(resource => resource.Type == parameter.ResourceType);
            KeyValuePair<string, string>? query = parameter.Code switch
            {
                "_id" => new("_id", $"e{number}"),
                "_lastUpdated" => new("_lastUpdated", $"{Clock.Now:yyyy-MM-dd}"),
                _ when value is not null => FoundValues.Query(value.Value),
                _ => null,
            };
            if (query is not { } asked)
            {
                if (!s_withoutValues.Contains(parameter.Code))
                    failures.Add($"{parameter.Key} has no value");
                continue;
            }

            var parsed = await parser.ParseAsync(new SearchRequest { ResourceType = parameter.ResourceType, Parameters = [asked] }, CancellationToken.None);
            var matches = parsed.Query is { } search ? (await SearchAsync(search with { Count = 1_000 })).Matches : [];
            if (!matches.Any(match => match.Key.Id == $"e{number}"))
                failures.Add($"{parameter.ResourceType}?{asked.Key}={asked.Value} does not find e{number} among {matches.Count}: {string.Join("; ", parsed.Issues)}");
            (value is null or { IsExample: true } ? byExample : generated).Add(parameter.Url);
        }

        generated.ExceptWith(byExample);
        Output.WriteLine(
            $"{byExample.Count + generated.Count} parameters found a resource by its value, {byExample.Count} in an official example or by what the store knows and {generated.Count} in a generated resource; {found.Resources.Count} resources.");
        Assert.Equal([], failures);
        Assert.Equal(SearchParameterRegistry.R4.All.Select(static parameter => parameter.Url).Distinct().Count() - s_withoutValues.Length, byExample.Count + generated.Count);
        await VerifyAsync();
    }
}
