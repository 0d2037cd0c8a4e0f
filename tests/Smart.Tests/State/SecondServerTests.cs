// A second server over the same records, and the same server after a restart: whoever was signed in is, whatever was granted holds, and what was ended is over.

using System.Net.Http.Headers;
using FhirHub.Server.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FhirHub.Smart.Tests.State;

public class SecondServerTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    [Fact]
    public async Task A_session_of_one_server_is_one_of_the_other_and_ends_on_both()
    {
        await using var second = await SecondServer.StartAsync(server.Smart);
        var account = await server.AddAccountAsync();
        using var browser = await server.SignInAsync(account);
        Assert.Contains(account.UserName, await browser.GetStringAsync($"{second.Root}/auth/logout"), StringComparison.Ordinal);

        // The form of the one is good at the other.
        var form = (await browser.GetStringAsync("auth/logout")).Replace("action=\"/auth/logout\"", $"action=\"{second.Root}/auth/logout\"", StringComparison.Ordinal);
        Assert.Equal(303, (int)(await browser.SubmitAsync(form, null)).StatusCode);
        Assert.DoesNotContain(account.UserName, await browser.GetStringAsync("auth/logout"), StringComparison.Ordinal);
        Assert.DoesNotContain(account.UserName, await browser.GetStringAsync($"{second.Root}/auth/logout"), StringComparison.Ordinal);

        Assert.Equal(303, (int)(await browser.PostFormAsync($"{second.Root}/auth/login", ("username", account.UserName), ("password", SmartFixture.Password))).StatusCode);
        Assert.Contains(account.UserName, await browser.GetStringAsync("auth/logout"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_of_one_server_is_good_at_the_other_and_revoked_at_once_on_both()
    {
        await using var second = await SecondServer.StartAsync(server.Smart);
        using var client = await server.ClientAsync("user/*.rs");
        var token = client.DefaultRequestHeaders.Authorization!.Parameter!;
        Assert.Equal(200, (int)(await client.GetAsync("Patient")).StatusCode);
        var access = await second.Smart.AccessOfAsync(token, default);
        Assert.NotNull(access);
        await second.Smart.Grants.EndAsync(access.GrantId, "revoked", default);
        await (await client.GetAsync("Patient")).FailsAsync(401, "login");
        Assert.Null(await second.Smart.AccessOfAsync(token, default));
    }

    [Fact]
    public async Task Both_servers_sign_with_the_same_keys()
    {
        await using var second = await SecondServer.StartAsync(server.Smart);
        Assert.Equal((await server.Smart.Keys.CurrentAsync(default)).Key.KeyId, (await second.Smart.Keys.CurrentAsync(default)).Key.KeyId);
        using var http = new HttpClient();
        Assert.Equal(await http.GetStringAsync($"{server.Root}/auth/jwks"), await http.GetStringAsync($"{second.Root}/auth/jwks"));
    }

    [Fact]
    public async Task A_restart_keeps_sessions_tokens_and_keys_and_what_was_ended_stays_so()
    {
        var account = await server.AddAccountAsync();
        using var browser = await server.SignInAsync(account);
        var good = await server.TokenAsync("user/*.rs");
        var ended = await server.TokenAsync("user/*.rs");
        await server.Smart.Grants.EndAsync((await server.Smart.AccessOfAsync(ended, default))!.GrantId, "revoked", default);
        var keys = await server.Smart.Keys.PublicAsync(default);

        await server.RestartAsync();
        Assert.Contains(account.UserName, await browser.GetStringAsync($"{server.Root}/auth/logout"), StringComparison.Ordinal);
        Assert.Equal(200, await StatusAsync(good));
        Assert.Equal(401, await StatusAsync(ended));
        Assert.Equal(keys, await server.Smart.Keys.PublicAsync(default));
    }

    private async Task<int> StatusAsync(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "Patient");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return (int)(await server.Client.SendAsync(request)).StatusCode;
    }

    // The pages of a server of its own, over the store of the first.
    private sealed class SecondServer(WebApplication app, SmartService smart) : IAsyncDisposable
    {
        public SmartService Smart => smart;

        public string Root => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

        public static async Task<SecondServer> StartAsync(SmartService first)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var smart = new SmartService(first.Options, first.State.Store, first.Resources, first.SearchParser, first.Clock);
            smart.AddServices(builder.Services);
            var app = builder.Build();
            smart.Start(app.Services, app.Logger);
            app.UseRouting();
            smart.Use(app);
            smart.Map(app);
            await app.StartAsync();
            return new SecondServer(app, smart);
        }

        public async ValueTask DisposeAsync()
        {
            await app.DisposeAsync();
            await smart.DisposeAsync();
        }
    }
}
