// Operations show what the access scope grants and nothing else.

using System.Text;
using FhirHub.Model;
using FhirHub.Search;

namespace FhirHub.Server.Tests.Operations;

public sealed class OperationScopeTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fhirhub-test-").FullName;
    private FhirServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = FhirServer.Open(new FhirHubOptions { DataPath = _folder });
        foreach (var patient in new[] { "mine", "theirs" })
        {
            await PutAsync("Patient", patient, $$$""" "generalPractitioner":[{"reference":"Practitioner/gp"}],"meta":{"tag":[{"code":"{{{patient}}}"}]} """);
            await PutAsync("Flag", patient, $$$""" "status":"active","code":{"text":"c"},"subject":{"reference":"Patient/{{{patient}}}"} """);
            await PutAsync("Observation", patient, $$$"""
                "status":"final","code":{"coding":[{"code":"c"}]},"subject":{"reference":"Patient/{{{patient}}}"},
                "valueQuantity":{"value":1,"system":"http://unitsofmeasure.org","code":"kg"}
                """);
        }

        await PutAsync("Practitioner", "gp", """ "active":true """);
        await PutAsync("Group", "all", """ "type":"person","actual":true,"member":[{"entity":{"reference":"Patient/mine"}},{"entity":{"reference":"Patient/theirs"}}] """);
        await PutAsync("Composition", "mine", """
            "status":"final","type":{"text":"t"},"date":"2020","title":"T","author":[{"reference":"Practitioner/gp"}],"subject":{"reference":"Patient/mine"}
            """);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("Patient/mine/$everything")]
    [InlineData("Patient/$everything")]
    [InlineData("Group/all/$everything")]
    [InlineData("Patient/$meta")]
    [InlineData("$meta")]
    [InlineData("Observation/$lastn?subject=Patient/theirs&code=c")]
    public async Task Only_what_is_granted_shows(string url)
    {
        var full = await AskAsync(url, AccessScope.Full);
        Assert.True(url.StartsWith("Patient/mine", StringComparison.Ordinal) || full.Contains("theirs", StringComparison.Ordinal));
        var granted = await AskAsync(url, new PatientScope());
        Assert.DoesNotContain("/theirs\",\"resource\"", granted, StringComparison.Ordinal);
        Assert.DoesNotContain("\"code\":\"theirs\"", granted, StringComparison.Ordinal);
        Assert.DoesNotContain("\"resourceType\":\"Practitioner\"", granted, StringComparison.Ordinal);
        if (url.Contains("$everything", StringComparison.Ordinal))
            Assert.Contains("Flag/mine", granted, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Others_records_are_not_there_and_their_values_don_t_count()
    {
        var call = Call("Patient/theirs/$everything", new PatientScope());
        Assert.Equal(404, (await _server.AnswerAsync(call, CancellationToken.None)).Status);
        var statistics = await AskAsync("Observation/$stats?subject=Patient/theirs&code=c&statistic=total-count", new PatientScope());
        Assert.Contains("\"value\":0", statistics, StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<RefusedException>(async () => await AskAsync("Composition/mine/$document", new PatientScope()));
        Assert.Equal(422, refused.Status);
    }

    private async Task<string> AskAsync(string url, AccessScope scope)
    {
        var answer = await _server.AnswerAsync(Call(url, scope), CancellationToken.None);
        Assert.Equal(200, answer.Status);
        return Encoding.UTF8.GetString(answer.Json!.Value.Span);
    }

    private FhirCall Call(string url, AccessScope scope) => new()
    {
        Server = _server,
        Scope = scope,
        Route = FhirRoute.Parse(url.Split('?')[0]),
        BaseUrl = "http://test/fhir",
        Query = url.Contains('?', StringComparison.Ordinal) ? url.Split('?')[1] : "",
    };

    private async Task PutAsync(string type, string id, string members)
    {
        var parsed = ResourceParser.ParseJson(Encoding.UTF8.GetBytes($$"""{"resourceType":"{{type}}","id":"{{id}}",{{members}}}"""));
        var result = await _server.Repository.UpdateAsync(
            AccessScope.Full, new Storage.ResourceKey(type, id), parsed.Tree!, WriteConditions.None, CancellationToken.None);
        Assert.True(result.IsSuccess);
    }

    // What a token of one patient grants: the patient's compartment and no practitioners.
    private sealed class PatientScope : AccessScope
    {
        public override bool IsFull => false;

        public override SearchExpression FilterFor(string resourceType, AccessLetter letter) => CompartmentRules.MayHold("Patient", resourceType)
            ? new SearchExpression.InCompartment("Patient", "mine")
            : new SearchExpression.None();
    }
}
