/** What somebody does at the control interface. */
export const callControl = async (controlUrl: string, route: string, body?: object): Promise<unknown> => {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(`${controlUrl}${route}`, init);
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`${route}: ${String(response.status)} ${JSON.stringify(answer)}`);
  return answer;
};
