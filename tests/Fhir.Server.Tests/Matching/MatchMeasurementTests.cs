// The figures of docs/match.md: precision and recall of $match on a synthetic population.

using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace FhirHub.Server.Tests.Matching;

public class MatchMeasurementTests(ServerFixture server, ITestOutputHelper output) : IClassFixture<ServerFixture>
{
    private const int Persons = 2000;

    private static readonly string[] Grades = ["certain", "probable", "possible"];

    private sealed record Question(JsonObject Patient, string? StoredAs);

    private sealed record Answer(string? StoredAs, List<(string Id, string Grade)> Matches);

    [Fact]
    public async Task People_are_found_again_and_not_mistaken_for_others()
    {
        var population = new Population(20_261_122);
        var people = await StoreAsync(population);
        var questions = people.Select(p => Ask(population, p)).ToList();
        var answers = new ConcurrentBag<Answer>();
        await Parallel.ForEachAsync(questions, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (question, _) =>
        {
            var response = await server.Client.SendAsync("POST", "Patient/$match", question.Patient.ToJsonString());
            var bundle = await response.JsonAsync();
            Assert.True(response.IsSuccessStatusCode, bundle.ToJsonString());
            answers.Add(new Answer(question.StoredAs, [.. (bundle["entry"]?.AsArray() ?? new JsonArray()).Where(e => (string?)e!["search"]!["mode"] == "match").Select(e => (
                (string)e!["resource"]!["id"]!,
                (string)e["search"]!["extension"]![0]!["valueCode"]!))]));
        });

        var known = answers.Count(a => a.StoredAs is not null);
        output.WriteLine($"{Persons} records, {answers.Count} questions, {known} of them about someone who is there.");
        var precisions = new double[Grades.Length];
        var recalls = new double[Grades.Length];
        for (var g = 0; g < Grades.Length; g++)
        {
            var upTo = Grades[..(g + 1)];
            var given = answers.Sum(a => a.Matches.Count(m => upTo.Contains(m.Grade)));
            var right = answers.Count(a => a.Matches.Any(m => m.Id == a.StoredAs && upTo.Contains(m.Grade)));
            precisions[g] = (double)right / given;
            recalls[g] = (double)right / known;
            output.WriteLine($"{Grades[g]} or better: {given} given, precision {precisions[g]:P2}, recall {recalls[g]:P2}");
        }

        var first = answers.Count(a => a.StoredAs is not null && a.Matches.Count > 0 && a.Matches[0].Id == a.StoredAs);
        output.WriteLine($"the person is the first match in {(double)first / known:P2} of those questions");
        Assert.Equal(1, precisions[0], 3);
        Assert.True(precisions[1] > 0.98);
        Assert.True(recalls[1] > 0.75);
        Assert.True(recalls[2] > 0.95);
    }

    // In each hundred: 72 known people, 8 twins and 8 relatives of known ones, 6 namesakes, 6 strangers.
    private static Question Ask(Population population, Somebody person)
    {
        if (population.Chance(72))
            return new Question(population.Asked(person), person.StoredAs);
        var other = population.Chance(29) ? population.TwinOf(person)
            : population.Chance(40) ? population.RelativeOf(person)
            : population.Chance(50) ? population.NamesakeOf(person)
            : population.Anybody();
        return new Question(population.Asked(other), null);
    }

    private async Task<List<Somebody>> StoreAsync(Population population)
    {
        var people = new List<Somebody>();
        while (people.Count < Persons)
        {
            var one = population.Anybody();
            people.Add(one);
            if (population.Chance(5))
                people.Add(population.TwinOf(one));
            else if (population.Chance(20))
                people.Add(population.RelativeOf(one));
        }

        people = [.. people.Take(Persons).Select((p, i) => p with { StoredAs = $"p{i}" })];
        foreach (var chunk in people.Chunk(500))
        {
            var entries = chunk.Select(p =>
            {
                var patient = population.Stored(p);
                patient["id"] = p.StoredAs;
                return (JsonNode)new JsonObject { ["resource"] = patient, ["request"] = new JsonObject { ["method"] = "PUT", ["url"] = $"Patient/{p.StoredAs}" } };
            });
            var bundle = new JsonObject { ["resourceType"] = "Bundle", ["type"] = "transaction", ["entry"] = new JsonArray([.. entries]) };
            var response = await server.Client.SendAsync("POST", "", bundle.ToJsonString());
            Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        }

        return people;
    }
}
