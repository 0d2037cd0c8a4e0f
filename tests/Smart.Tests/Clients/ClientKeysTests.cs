// Where the keys of a client come from, and how long they are kept.

using FhirHub.Tests;

namespace FhirHub.Smart.Tests;

public sealed class ClientKeysTests : IAsyncLifetime, IDisposable
{
    private readonly FakeTime _time = new();
    private DocumentServer _server = null!;
    private GuardedFetch _fetch = null!;
    private ClientKeys _keys = null!;

    public async Task InitializeAsync()
    {
        _server = await DocumentServer.StartAsync();
        _fetch = new GuardedFetch(DocumentServer.Loopback, TimeSpan.FromSeconds(30), TimeProvider.System);
        _keys = new ClientKeys(new RemoteKeys(_fetch, _time));
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _fetch.Dispose();

    [Fact]
    [Covers(CoversAttribute.Smart, 297, 326)]
    public async Task Keys_that_were_registered_inline_are_found_without_asking_anybody()
    {
        var client = Asymmetric() with { Jwks = TestKeys.Set(TestKeys.Es384("a").Public, TestKeys.Rsa("b").Public) };
        Assert.Equal(["a", "b"], (await _keys.FindAsync(client, null, default)).Select(static key => key.Kid));
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 296, 326, 339, 342)]
    public async Task Keys_at_an_address_are_fetched_by_GET_and_kept_as_long_as_the_answer_says()
    {
        var client = Remote("max-age=60");
        _server.Answers["/checked"] = http =>
        {
            Assert.Equal("GET", http.Request.Method);
            return _server.Answers["/jwks"](http);
        };
        client = client with { JwksUri = $"{_server.Root}/checked" };
        Assert.Single(await _keys.FindAsync(client, null, default));
        _time.Now += TimeSpan.FromSeconds(59);
        Assert.Single(await _keys.FindAsync(client, client.JwksUri, default));
        Assert.Equal(1, _server.Asked("/checked"));
        _time.Now += TimeSpan.FromSeconds(1);
        Assert.Single(await _keys.FindAsync(client, null, default));
        Assert.Equal(2, _server.Asked("/checked"));
    }

    [Theory]
    [InlineData("no-store", 0, 2)]
    [InlineData("max-age=0", 0, 2)]
    [InlineData("max-age=999999", 3_599, 1)]
    [InlineData("max-age=999999", 3_600, 2)]
    [InlineData(null, 299, 1)]
    [InlineData(null, 300, 2)]
    [Covers(CoversAttribute.Smart, 341)]
    [Covers(CoversAttribute.Inferno, 166)]
    public async Task Keys_are_never_kept_longer_than_they_may_nor_longer_than_an_hour(string? cacheControl, int later, int fetches)
    {
        var client = Remote(cacheControl);
        await _keys.FindAsync(client, null, default);
        _time.Now += TimeSpan.FromSeconds(later);
        await _keys.FindAsync(client, null, default);
        Assert.Equal(fetches, _server.Asked("/jwks"));
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 338)]
    public async Task A_jku_that_is_not_registered_has_no_keys_and_is_not_fetched()
    {
        var client = Remote(null);
        var evil = _server.Add("/evil", TestKeys.Set(TestKeys.Es384("a").Public));
        Assert.Empty(await _keys.FindAsync(client, evil, default));
        Assert.Empty(await _keys.FindAsync(client, client.JwksUri + "?", default));
        Assert.Empty(await _keys.FindAsync(Asymmetric() with { Jwks = TestKeys.Set(TestKeys.Es384("a").Public) }, evil, default));
        Assert.Equal(0, _server.Asked("/evil"));
    }

    [Fact]
    public async Task A_key_that_is_new_is_fetched_and_ids_that_nobody_has_are_not_asked_for_each_time()
    {
        var client = Remote("max-age=3600");
        await _keys.FindAsync(client, null, "a", default);
        _server.Add("/jwks", TestKeys.Set(TestKeys.Es384("a").Public, TestKeys.Es384("new").Public), "max-age=3600");
        for (var i = 0; i < 100; i++)
            Assert.Single(await _keys.FindAsync(client, null, $"flood-{i}", default));
        Assert.Equal(1, _server.Asked("/jwks"));
        _time.Now += RemoteKeys.Rest;
        Assert.Equal(["a", "new"], (await _keys.FindAsync(client, null, "new", default)).Select(static key => key.Kid));
        for (var i = 0; i < 100; i++)
            await _keys.FindAsync(client, null, $"flood-{i}", default);
        Assert.Equal(2, _server.Asked("/jwks"));
    }

    [Fact]
    public async Task An_address_that_fails_rests_and_keys_that_are_still_good_stay()
    {
        var client = Remote("max-age=60");
        _server.Answers.TryRemove("/jwks", out var answer);
        for (var i = 0; i < 5; i++)
            Assert.Empty(await _keys.FindAsync(client, null, default));
        Assert.Equal(1, _server.Asked("/jwks"));
        _server.Answers["/jwks"] = answer!;
        _time.Now += RemoteKeys.Rest;
        Assert.Single(await _keys.FindAsync(client, null, default));
        _server.Answers.TryRemove("/jwks", out _);
        _time.Now += RemoteKeys.Rest;
        Assert.Single(await _keys.FindAsync(client, null, "other", default));
        Assert.Equal(3, _server.Asked("/jwks"));
        _time.Now += TimeSpan.FromSeconds(60);
        Assert.Empty(await _keys.FindAsync(client, null, default));
    }

    [Fact]
    public async Task Many_who_need_the_same_keys_wait_for_one_fetch()
    {
        var client = Remote("no-store");
        var answer = _server.Answers["/jwks"];
        var gate = new TaskCompletionSource();
        _server.Answers["/jwks"] = async http =>
        {
            await gate.Task;
            await answer(http);
        };
        var all = Enumerable.Range(0, 20).Select(_ => _keys.FindAsync(client, null, default)).ToArray();
        gate.SetResult();
        Assert.All(await Task.WhenAll(all), static keys => Assert.Single(keys));
        Assert.Equal(1, _server.Asked("/jwks"));
    }

    [Fact]
    public async Task A_set_that_may_not_be_kept_is_not_fetched_without_end()
    {
        var client = Remote("no-store");
        for (var i = 0; i < RemoteKeys.MostInAMinute; i++)
            Assert.Single(await _keys.FindAsync(client, null, default));
        Assert.Empty(await _keys.FindAsync(client, null, default));
        Assert.Equal(RemoteKeys.MostInAMinute, _server.Asked("/jwks"));
        _time.Now += TimeSpan.FromMinutes(1);
        Assert.Single(await _keys.FindAsync(client, null, default));
    }

    [Fact]
    public async Task Clients_that_do_not_sign_have_no_keys()
    {
        var client = Asymmetric() with { Jwks = TestKeys.Set(TestKeys.Es384("a").Public), Authentication = ClientAuthentication.Secret };
        Assert.Empty(await _keys.FindAsync(client, null, default));
    }

    [Fact]
    public void Keys_that_no_signature_may_be_verified_with_are_left_out()
    {
        var (_, good) = TestKeys.Es384("good");
        Assert.True(KeySet.TryParse(
            TestKeys.Set(
                """{"kty":"oct","kid":"secret","k":"AAAA"}""", TestKeys.Rsa("weak", 1024).Public, """{"kty":"EC","crv":"P-384","kid":"bent","x":"AAAA","y":"AAAA"}""",
                """{"kty":"EC","crv":"secp256k1","kid":"curve","x":"AAAA","y":"AAAA"}""", good.Replace("\"kid\"", "\"use\":\"enc\",\"kid\"", StringComparison.Ordinal),
                good.Replace("\"kid\"", "\"key_ops\":[\"sign\"],\"kid\"", StringComparison.Ordinal), "1", "null", good),
            out var keys, out _));
        Assert.Equal(["good"], keys.Select(static key => key.Kid));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"keys":{}}""")]
    [InlineData("""{"keys":[{"kty":"EC","d":"AAAA"}]}""")]
    [InlineData("{")]
    public void What_is_no_set_of_public_keys_is_refused_with_a_reason(string text)
    {
        Assert.False(KeySet.TryParse(text, out _, out var problem));
        Assert.NotNull(problem);
    }

    [Fact]
    public void A_set_of_too_many_keys_is_refused() =>
        Assert.False(KeySet.TryParse(TestKeys.Set([.. Enumerable.Repeat(TestKeys.Es384("a").Public, KeySet.MaxKeys + 1)]), out _, out _));

    private static Client Asymmetric() => new() { Id = "c", Name = "C", Authentication = ClientAuthentication.PrivateKeyJwt };

    private Client Remote(string? cacheControl) =>
        Asymmetric() with { JwksUri = _server.Add("/jwks", TestKeys.Set(TestKeys.Es384("a").Public), cacheControl) };
}
