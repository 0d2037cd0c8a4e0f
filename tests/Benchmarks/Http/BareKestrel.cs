// The ceiling: Kestrel with one route that returns the bytes it was given, in a process of its own.

namespace FhirHub.Benchmarks.Http;

public static class BareKestrel
{
    /// <summary>Serves the body that standard input holds at any path, until it is killed.</summary>
    public static async Task<int> RunAsync(int port)
    {
        using var input = new MemoryStream();
        await using (var stdin = Console.OpenStandardInput())
            await stdin.CopyToAsync(input);
        var body = input.ToArray();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        app.MapGet("/{**path}", async (HttpContext context) =>
        {
            var response = context.Response;
            if (context.Request.Headers.IfNoneMatch.Count > 0)
            {
                response.StatusCode = 304;
                return;
            }

            response.ContentType = "application/fhir+json";
            response.ContentLength = body.Length;
            await response.BodyWriter.WriteAsync(body);
        });
        await app.RunAsync();
        return 0;
    }

    /// <summary>Serves stretches of a file at <c>/offset/length</c> with SendFileAsync, until it is killed.</summary>
    public static async Task<int> RunFileAsync(int port, string file)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        app.MapGet("/", () => "ready");
        app.MapGet("/{offset:long}/{length:long}", (HttpContext context, long offset, long length) =>
        {
            context.Response.ContentLength = length;
            return context.Response.SendFileAsync(file, offset, length, context.RequestAborted);
        });
        await app.RunAsync();
        return 0;
    }
}
