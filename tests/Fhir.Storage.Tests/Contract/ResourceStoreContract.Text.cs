// Full-text search: words, phrases, Chinese, and agreement with every write that was answered.

using FhirHub.Search;
using FhirHub.Tests;

namespace FhirHub.Storage.Tests.Contract;

public abstract partial class ResourceStoreContract
{
    [Theory]
    [InlineData("高血压", "a b")]
    [InlineData("血压", "a b")]
    [InlineData("高血", "a b")]
    [InlineData("压高", "")]
    [InlineData("血", "a b c")]
    [InlineData("压", "a b")]
    [InlineData("病", "a d")]
    [InlineData("患者高血压病", "a")]
    [InlineData("2型糖尿病", "d")]
    [InlineData("2型", "d")]
    [InlineData("型", "d")]
    [InlineData("型糖尿病伴", "d")]
    [InlineData("糖尿病COVID", "")]
    [InlineData("血压。", "a b")]
    [InlineData("血压 高", "")]
    public async Task Chinese_text_is_found_by_any_part_of_it(string words, string found)
    {
        await PutAsync("Patient", "a", new TestResource("患者高血压病三年"));
        await PutAsync("Patient", "b", new TestResource("老年高血压，服药"));
        await PutAsync("Patient", "c", new TestResource("血常规"));
        await PutAsync("Patient", "d", new TestResource("2型糖尿病伴肾病 COVID-19"));

        Assert.Equal(found, await TextIdsAsync(words));
    }

    [Theory]
    [InlineData("cafe", "a")]
    [InlineData("CAFÉ", "a")]
    [InlineData("caf", "")]
    [InlineData("caf*", "a b")]
    [InlineData("blood pressure", "a c")]
    [InlineData("pressure blood", "b")]
    [InlineData("blood pres*", "a c")]
    [InlineData("covid-19", "c")]
    [InlineData("covid", "c")]
    [InlineData("19", "c")]
    [InlineData("2.5", "b")]
    [InlineData("25", "")]
    [InlineData("OR", "")]
    [InlineData("x\" OR blood OR \"y", "")]
    [InlineData("?", "")]
    public async Task Words_are_found_without_case_and_accents_and_phrases_in_their_order(string words, string found)
    {
        await PutAsync("Patient", "a", new TestResource("Café: Blood Pressure"));
        await PutAsync("Patient", "b", new TestResource("Cafeteria; pressure, blood 2.5 mg"));
        await PutAsync("Patient", "c", new TestResource("blood-pressure COVID-19"));

        Assert.Equal(found, await TextIdsAsync(words));
    }

    [Fact]
    public async Task Terms_are_joined_excluded_and_given_as_alternatives()
    {
        await PutAsync("Patient", "a", new TestResource("acute asthma"));
        await PutAsync("Patient", "b", new TestResource("chronic asthma"));
        await PutAsync("Patient", "c", new TestResource("acute bronchitis"));
        await PutAsync("Patient", "d", new TestResource());

        Assert.Equal("a", await TextIdsAsync([[new("acute"), new("asthma")]]));
        Assert.Equal("b", await TextIdsAsync([[new("asthma"), new("acute", IsExcluded: true)]]));
        Assert.Equal("a b c", await TextIdsAsync([[new("asthma")], [new("bronchitis")]]));
        Assert.Equal("b d", await TextIdsAsync([[new("acute", IsExcluded: true)]]));
        Assert.Equal("b c d", await TextIdsAsync([[new("acute", IsExcluded: true)], [new("bronchitis")]]));
        Assert.Equal("d", await TextIdsAsync([[new("asthma", IsExcluded: true), new("bronch", IsPrefix: true, IsExcluded: true)]]));
        Assert.Equal("c d", await IdsAsync("Patient", new SearchExpression.Not(Content("asthma"))));
    }

    [Fact]
    public async Task The_narrative_is_part_of_the_content_and_not_the_other_way_round()
    {
        await PutAsync("Patient", "a", new TestResource("eczema").Narrative("known allergy").Narrative("to pollen"));
        await PutAsync("Patient", "b", new TestResource("allergy"));

        Assert.Equal("a", await TextIdsAsync([[new("allergy")]], TextPart.Narrative));
        Assert.Equal("a b", await TextIdsAsync("allergy"));
        Assert.Equal("", await TextIdsAsync([[new("eczema")]], TextPart.Narrative));
        Assert.Equal("a", await TextIdsAsync([[new("eczema"), new("pollen")]]));
        Assert.Equal("", await TextIdsAsync("allergy to pollen"));
        Assert.Equal("b", await TextIdsAsync([[new("allergy"), new("pollen", IsExcluded: true)]]));
    }

    [Fact]
    public async Task A_full_text_search_sees_every_write_that_was_answered()
    {
        for (var i = 0; i < 20; i++)
        {
            await PutAsync("Patient", "p", new TestResource($"word{i}"));
            Assert.Equal("p", await TextIdsAsync($"word{i}"));
            Assert.Equal("", await TextIdsAsync($"word{i - 1}"));
        }

        await CommitAsync(Delete("Patient", "p"));
        Assert.Equal("", await TextIdsAsync("word19"));
        await PutAsync("Patient", "p", new TestResource("again"));
        Assert.Equal("p", await TextIdsAsync("again"));
        Assert.Equal("", await TextIdsAsync("word19"));

        await ReopenAsync();
        Assert.Equal("p", await TextIdsAsync("again"));
        await VerifyAsync();
    }

    [Fact]
    public async Task A_full_text_condition_works_within_chains_and_beside_others_in_pages()
    {
        await PutAsync("Patient", "p1", new TestResource("asthma").Token(Parameters.Gender, null, "female"));
        await PutAsync("Patient", "p2", new TestResource("asthma").Token(Parameters.Gender, null, "male"));
        for (var i = 0; i < 6; i++)
            await PutAsync("Observation", $"o{i}", new TestResource(i % 2 == 0 ? "wheezing" : "clear").Reference(Parameters.Subject, "Patient", i < 3 ? "p1" : "p2"));

        Assert.Equal("o0 o1 o2 o3 o4 o5", await IdsAsync("Observation", new SearchExpression.Chain(Parameters.Subject, ["Patient"], Content("asthma"))));
        Assert.Equal("p1 p2", await IdsAsync("Patient", new SearchExpression.ReverseChain(Parameters.Subject, Content("wheezing"))));
        Assert.Equal("", await IdsAsync("Patient", Content("wheezing")));
        Assert.Equal("p2", await IdsAsync("Patient", new SearchExpression.And([Content("asthma"), new SearchExpression.Parameter(Parameters.Gender, new TokenPredicate(null, "male"))])));

        var query = Query("Observation", Content("wheezing")) with { Count = 2, Total = TotalMode.Accurate };
        var page = await SearchAsync(query);
        Assert.Equal("o0 o2", Ids(page));
        Assert.Equal(3, page.Total);
        Assert.Equal("o4", Ids(await SearchAsync(query with { Cursor = page.Next })));
    }

    [Fact]
    public async Task A_full_text_search_is_exact_while_resources_change()
    {
        for (var i = 0; i < 20; i++)
            await PutAsync("Patient", $"p{i:00}", new TestResource("always here"));
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var round = 0; !stop.IsCancellationRequested; round++)
                await PutAsync("Patient", $"p{round % 20:00}", new TestResource($"always round{round}"));
        });

        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(20, (await SearchAsync(Query("Patient", Content("always")) with { Count = 100 })).Matches.Count);
            Assert.Empty((await SearchAsync(Query("Patient", new SearchExpression.Not(Content("always"))))).Matches);
            foreach (var match in (await SearchAsync(Query("Patient", Content("here")))).Matches)
                Assert.Contains("always here", System.Text.Encoding.UTF8.GetString(match.Body.Tail.Span), StringComparison.Ordinal);
        }

        await stop.CancelAsync();
        await writing;
        await VerifyAsync();
    }

    [Fact]
    public async Task Random_words_and_phrases_are_found_where_they_stand()
    {
        var seed = TestSeed.Take();
        var random = new Random(seed);
        var texts = new Dictionary<string, (string Narrative, string Content)>();
        for (var i = 0; i < 150; i++)
        {
            var id = $"p{random.Next(60):00}";
            if (random.Next(10) == 0)
            {
                await CommitAsync(Delete("Patient", id));
                texts.Remove(id);
                continue;
            }

            texts[id] = (RandomText(random, 8), RandomText(random, 12));
            await PutAsync("Patient", id, new TestResource(texts[id].Content).Narrative(texts[id].Narrative));
        }

        for (var i = 0; i < 400; i++)
        {
            var part = (TextPart)random.Next(2);
            var query = new TextQuery([.. Enumerable.Range(0, 1 + random.Next(2)).Select(IReadOnlyList<TextTerm> (_) =>
                [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => new TextTerm(RandomText(random, 3), random.Next(4) == 0, random.Next(4) == 0))])]);
            var expected = texts
                .Where(text => new ResourceText([text.Value.Narrative], [text.Value.Content]).Satisfies(part, query))
                .Select(static text => text.Key).Order(StringComparer.Ordinal);
            var found = await SearchAsync(Query("Patient", new SearchExpression.Text(part, query)) with { Count = 100 });
            Assert.True(
                expected.SequenceEqual(found.Matches.Select(static match => match.Key.Id).Order(StringComparer.Ordinal)),
                $"seed {seed}, query {i}: {ExpressionText.Of(new SearchExpression.Text(part, query))}\nexpected {string.Join(' ', expected)}\nfound    {Ids(found)}");

            // What Chinese asks for is where the characters stand, whatever they are cut into.
            var characters = string.Concat(RandomText(random, 3).Where(char.IsLetter).Where(static c => c > 0x3000));
            if (characters.Length > 0)
            {
                var holding = texts.Where(text => text.Value.Narrative.Contains(characters, StringComparison.Ordinal) || text.Value.Content.Contains(characters, StringComparison.Ordinal));
                var matches = await SearchAsync(Query("Patient", Content(characters)) with { Count = 100 });
                Assert.True(
                    holding.Select(static text => text.Key).Order(StringComparer.Ordinal).SequenceEqual(matches.Matches.Select(static match => match.Key.Id).Order(StringComparer.Ordinal)),
                    $"seed {seed}, query {i}: {characters}");
            }
        }

        await VerifyAsync();
    }

    private static string RandomText(Random random, int longest) =>
        string.Concat(Enumerable.Range(0, 1 + random.Next(longest)).Select(_ => s_pieces[random.Next(s_pieces.Length)]));

    private static readonly string[] s_pieces = ["高", "血", "压", "高血压", "𠀋", "ab", "a ", " B", "1", " ", ", ", "-", "é ", "か゛", "한국"];

    private protected static SearchExpression Content(string word) => new SearchExpression.Text(TextPart.Content, new TextQuery([[new TextTerm(word)]]));

    private protected Task<string> TextIdsAsync(string words) =>
        TextIdsAsync([[words.EndsWith('*') ? new TextTerm(words[..^1], IsPrefix: true) : new TextTerm(words)]]);

    private protected Task<string> TextIdsAsync(IReadOnlyList<IReadOnlyList<TextTerm>> alternatives, TextPart part = TextPart.Content) =>
        IdsAsync("Patient", new SearchExpression.Text(part, new TextQuery(alternatives)));
}
