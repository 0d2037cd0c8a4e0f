// The host.

return await FhirHub.Server.FhirHubCommand.RunAsync(args);
